//! What a test prints: loss, a table of the classes, confusions, accuracy.

#[cfg(test)]
mod tests;

use std::fmt::Write;

use super::Part;
use crate::Console;
use crate::evaluate::{Confusion, Evaluation};
use crate::train::test_accuracy;

pub(super) fn report(console: &Console, names: &[String], evaluation: &Evaluation, part: Part) {
    let Evaluation { totals, confusion } = evaluation;
    console.line(format_args!("Loss: {:.6}", totals.loss()));
    console.line("");
    console.line(class_table(names, confusion));
    console.line(confusion_table(names, confusion));
    match part {
        Part::Test => test_accuracy(console, totals),
        Part::Val | Part::Train => console.result(format_args!(
            "Accuracy of the model on the {} {} images: {:.2}%",
            totals.samples,
            if part == Part::Val { "validation" } else { "training" },
            100.0 * totals.accuracy()
        )),
    }
}

fn name_width(names: &[String]) -> usize {
    names.iter().map(|name| name.chars().count()).max().unwrap_or(0).max("class".len())
}

/// Accuracy of each class: how many of its pictures were recognised.
fn class_table(names: &[String], confusion: &Confusion) -> String {
    let width = name_width(names);
    let mut table = format!("{:<width$}  correct  of      accuracy\n", "class");
    for ((class, name), row) in names.iter().enumerate().zip(confusion.rows()) {
        let (correct, samples) = (row[class], row.iter().sum::<u64>());
        let accuracy = match samples {
            0 => "n/a (0 samples)".to_owned(),
            _ => format!("{:.2}%", 100.0 * correct as f64 / samples as f64),
        };
        let _ = writeln!(table, "{name:<width$}  {correct:>7}  {samples:<6}  {accuracy}");
    }
    table
}

/// A row for each class, a column for each prediction.
fn confusion_table(names: &[String], confusion: &Confusion) -> String {
    let width = name_width(names);
    let digits = confusion.rows().flatten().max().copied().unwrap_or(0).to_string().len();
    let cell = digits.max(names.len().to_string().len()) + 1;
    let mut table = format!("{:<width$}  predicted as class number\n{:width$}  ", "class", "");
    (0..names.len()).for_each(|class| {
        let _ = write!(table, "{class:>cell$}");
    });
    table.push('\n');
    for (name, row) in names.iter().zip(confusion.rows()) {
        let _ = write!(table, "{name:<width$}  ");
        row.iter().for_each(|count| {
            let _ = write!(table, "{count:>cell$}");
        });
        table.push('\n');
    }
    table
}
