//! The table of a network's layers.

#[cfg(test)]
mod tests;

use std::fmt;

use nin_layers::{Activation, LayerSpec, Rounding, Window};

use crate::drawing::{self, DrawingRow};
use crate::thousands::thousands;
use crate::{ModelError, Network};

/// One layer of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SummaryRow {
    /// Name in the network, `net.0.2`.
    pub name: String,
    /// What it is: `conv 5×5, pad 2, 256 + ReLU`.
    pub kind: String,
    /// C, H, W of its output.
    pub output: [usize; 3],
    /// Numbers that training changes.
    pub parameters: u64,
    /// Multiply-adds of one picture's forward pass.
    pub multiply_adds: u64,
    /// The mlpconv block that it belongs to, counted from 0.
    pub block: Option<usize>,
}

/// A network as a table, which `Display` prints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// C, H, W of the input.
    pub input: [usize; 3],
    /// The layers in order.
    pub rows: Vec<SummaryRow>,
}

impl Network {
    /// The table of the layers.
    ///
    /// # Errors
    ///
    /// None: a network that could be planned has a table.
    pub fn summary(&self) -> Result<Summary, ModelError> {
        let plan = self.plan();
        let rows = plan.layers().iter().enumerate().map(|(index, layer)| {
            let input = plan.layer_input(index);
            let trained = layer.spec.parameters(input[0]).into_iter();
            let trained = trained.filter(|parameter| parameter.role.is_trained());
            Ok(SummaryRow {
                name: layer.name.clone(),
                kind: kind(&layer.spec),
                output: plan.outputs()[index],
                parameters: trained.map(|parameter| parameter.len() as u64).sum(),
                multiply_adds: layer.spec.multiply_adds(input)?,
                block: self.block(index),
            })
        });
        Ok(Summary { input: plan.input(), rows: rows.collect::<Result<_, ModelError>>()? })
    }
}

impl Summary {
    /// Numbers that training changes.
    pub fn parameters(&self) -> u64 {
        self.rows.iter().map(|row| row.parameters).sum()
    }

    /// Multiply-adds of one picture's forward pass.
    pub fn multiply_adds(&self) -> u64 {
        self.rows.iter().map(|row| row.multiply_adds).sum()
    }

    /// The network as a drawing in SVG.
    pub fn draw(&self, title: &str) -> String {
        let input = DrawingRow {
            name: String::new(),
            kind: "input".to_owned(),
            output: self.input,
            parameters: 0,
            block: None,
        };
        let layers = self.rows.iter().map(|row| DrawingRow {
            name: row.name.clone(),
            kind: row.kind.clone(),
            output: row.output,
            parameters: row.parameters,
            block: row.block,
        });
        drawing::draw(title, &std::iter::once(input).chain(layers).collect::<Vec<_>>())
    }
}

/// A layer in words.
fn kind(spec: &LayerSpec) -> String {
    let size = |window: Window| {
        let Window { kernel_size: k, stride, padding } = window;
        let padding = if padding > 0 { format!(", pad {padding}") } else { String::new() };
        let stride = if stride > 1 { format!(" / {stride}") } else { String::new() };
        format!("{k}×{k}{stride}{padding}")
    };
    let relu = |activation| if activation == Activation::Relu { " + ReLU" } else { "" };
    let ceil = |rounding| if rounding == Rounding::Ceil { ", ceil" } else { "" };
    match spec {
        LayerSpec::Conv2d(conv) => {
            format!("conv {}, {}{}", size(conv.window), conv.out_channels, relu(conv.activation))
        }
        LayerSpec::BatchNorm2d(norm) => format!("batch norm{}", relu(norm.activation)),
        LayerSpec::MaxPool2d(pool) => {
            format!("max pool {}{}", size(pool.window), ceil(pool.rounding))
        }
        LayerSpec::AvgPool2d(pool) => {
            format!("average pool {}{}", size(pool.window), ceil(pool.rounding))
        }
        LayerSpec::GlobalAvgPool2d => "global average pool".to_owned(),
        LayerSpec::LocalResponseNorm(lrn) => format!("LRN, {} channels", lrn.params().size),
        LayerSpec::Dropout(p) => format!("dropout {}", p.get()),
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MIB: f64 = 1_048_576.0;
        let mib = |parameters: u64| format!("{:.2}", parameters as f64 * 4.0 / MIB);
        let millions = |count: u64| match count {
            0..100_000 => thousands(count),
            _ => format!("{:.1} M", count as f64 / 1e6),
        };
        let longest = self.rows.iter().map(|row| row.kind.chars().count()).max();
        let width = longest.unwrap_or(0).max(30);
        let line = |name: &str, kind: &str, cells: [&str; 4]| {
            let [output, parameters, mib, multiply_adds] = cells;
            format!(
                "{name:<10} {kind:<width$} {output:>12} {parameters:>12} {mib:>8} {multiply_adds:>14}"
            )
        };
        let shape = |[c, h, w]: [usize; 3]| format!("{c}×{h}×{w}");
        let header = ["output", "parameters", "MiB", "multiply-adds"];
        writeln!(f, "{}", line("layer", "", header))?;
        writeln!(f, "{}", line("", "input", [&shape(self.input), "", "", ""]).trim_end())?;
        for row in &self.rows {
            let (mut parameters, mut size, mut multiply_adds) = Default::default();
            if row.parameters > 0 {
                (parameters, size) = (thousands(row.parameters), mib(row.parameters));
            }
            if row.multiply_adds > 0 {
                multiply_adds = millions(row.multiply_adds);
            }
            let cells: [&str; 4] = [&shape(row.output), &parameters, &size, &multiply_adds];
            writeln!(f, "{}", line(&row.name, &row.kind, cells).trim_end())?;
        }
        let total = self.parameters();
        let cells = ["", &thousands(total), &mib(total), &millions(self.multiply_adds())];
        write!(f, "{}", line("total", "", cells))
    }
}
