use crate::config::{LrnConfig, NormKind, PoolKind, PoolRounding};
use crate::testing::small;
use crate::{ModelConfig, Network, Summary};

fn summary(config: &ModelConfig, image_size: usize) -> Summary {
    Network::new(config, [image_size; 2], 10).unwrap().summary().unwrap()
}

#[test]
fn the_table_of_a_small_network() {
    let mut config = small(NormKind::Batch);
    config.blocks[0].lrn = Some(LrnConfig::default());
    config.blocks[0].layers[0].stride = 2;
    config.blocks[0].layers[1].channels = crate::config::Channels::Count(1_200);
    config.blocks[1].pool = config.blocks[0].pool;
    let pool = config.blocks[1].pool.as_mut().unwrap();
    (pool.kind, pool.padding, pool.rounding) = (PoolKind::Average, 1, PoolRounding::Floor);
    config.last_relu = false;
    let wanted = "\
layer                                           output   parameters      MiB  multiply-adds
           input                               1×28×28
net.0.0    conv 3×3 / 2, pad 1, 4              4×14×14           40     0.00          7,056
net.0.1    batch norm + ReLU                   4×14×14            8     0.00
net.0.3    conv 1×1, 1200                   1200×14×14        6,000     0.02          0.9 M
net.0.4    batch norm + ReLU                1200×14×14        2,400     0.01
net.0.6    conv 1×1, 2                         2×14×14        2,402     0.01          0.5 M
net.0.7    batch norm + ReLU                   2×14×14            4     0.00
net.1      LRN, 5 channels                     2×14×14
net.2      max pool 3×3 / 2, ceil                2×7×7
net.3      dropout 0.5                           2×7×7
net.4.0    conv 3×3, pad 1, 4                    4×7×7           76     0.00          3,528
net.4.1    batch norm + ReLU                     4×7×7            8     0.00
net.4.3    conv 1×1, 3                           3×7×7           15     0.00            588
net.4.4    batch norm + ReLU                     3×7×7            6     0.00
net.4.6    conv 1×1, 10                         10×7×7           40     0.00          1,470
net.5      average pool 3×3 / 2, pad 1          10×4×4
net.6      dropout 0.5                          10×4×4
net.7      global average pool                  10×1×1
total                                                        10,999     0.04          1.4 M";
    config.blocks[1].dropout = Some(0.5);
    assert_eq!(summary(&config, 28).to_string(), wanted);
}

#[test]
fn the_original_in_one_line() {
    let table = summary(&ModelConfig::default(), 224).to_string();
    let total = table.lines().last().unwrap();
    let words: Vec<_> = total.split_whitespace().collect();
    assert_eq!(words, ["total", "1,992,166", "7.60", "762.3", "M"]);
    assert!(table.lines().all(|line| line.chars().count() <= 92 && line == line.trim_end()));
}

#[test]
fn long_words_push_every_column() {
    let mut config = small(NormKind::None);
    let conv = &mut config.blocks[0].layers[0];
    (conv.kernel_size, conv.stride, conv.padding) = (111, 14, 120);
    conv.channels = crate::config::Channels::Count(1_000);
    let table = summary(&config, 64).to_string();
    assert!(table.contains("conv 111×111 / 14, pad 120, 1000 + ReLU"));
    // With no cell after it, a line ends where its last number does.
    let width = |line: &str| line.chars().count();
    let full: Vec<_> = table.lines().filter(|line| line.contains("conv")).map(width).collect();
    assert!(full.iter().all(|&line| line == width(table.lines().next().unwrap())), "{table}");
}

#[test]
fn recorded_statistics_are_no_trained_parameters() {
    let plain = summary(&small(NormKind::None), 8);
    let norm = summary(&small(NormKind::Batch), 8);
    let channels = 4 + 3 + 2 + 4 + 3 + 10;
    assert_eq!(norm.parameters(), plain.parameters() + 2 * channels);
    assert_eq!(norm.multiply_adds(), plain.multiply_adds(), "convolutions only");
}

#[test]
fn rows_know_their_block() {
    let blocks: Vec<_> =
        summary(&small(NormKind::None), 8).rows.iter().map(|row| row.block).collect();
    let (first, second) = (Some(0), Some(1));
    assert_eq!(blocks, [first, first, first, None, None, second, second, second, None]);
}

#[test]
fn the_drawing_has_a_column_for_the_input_and_each_layer() {
    let summary = summary(&ModelConfig::default(), 224);
    let svg = summary.draw("Network In Network");
    assert!(svg.contains("Network In Network") && svg.contains("mlpconv 4"));
    assert!(svg.contains(">1 × 224 × 224</text>"));
    for row in &summary.rows {
        assert!(svg.contains(&format!(">{}</text>", row.name)), "{}", row.name);
    }
}
