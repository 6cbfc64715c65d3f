//! Whether the files of a run are whole.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use safetensors::SafeTensors;

/// Counts what lies in a run's folder.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Files under a final name that can be read.
    pub(super) whole: usize,
    /// Those that cannot.
    pub(super) broken: Vec<PathBuf>,
    /// Files that never got their final name.
    pub(super) temporary: usize,
}

/// Reads every file of a run by its kind. Those that grow line by line, the log,
/// the metrics and the events, may end in the middle of one and are left out.
pub(super) fn look_at(run: &Path) -> Result<Found> {
    let mut found = Found::default();
    for folder in [run.to_owned(), run.join("checkpoints")] {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry?.path();
            let extension = path.extension().unwrap_or_default().to_string_lossy().into_owned();
            if extension == "tmp" {
                found.temporary += 1;
            } else if let Some(is_whole) = reader(&extension) {
                let bytes =
                    fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
                if is_whole(&bytes) {
                    found.whole += 1;
                } else {
                    found.broken.push(path);
                }
            }
        }
    }
    Ok(found)
}

fn reader(extension: &str) -> Option<fn(&[u8]) -> bool> {
    match extension {
        "safetensors" => Some(|bytes| SafeTensors::deserialize(bytes).is_ok()),
        "toml" => Some(|bytes| {
            str::from_utf8(bytes).is_ok_and(|text| text.parse::<toml::Table>().is_ok())
        }),
        "svg" => Some(|bytes| bytes.trim_ascii_end().ends_with(b"</svg>")),
        // The name of a PNG's last chunk, and its checksum.
        "png" => Some(|bytes| bytes.ends_with(b"IEND\xae\x42\x60\x82")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_file_is_broken_and_an_unfinished_one_temporary() {
        let run = std::env::temp_dir().join(format!("soak-files-{}", std::process::id()));
        fs::create_dir_all(run.join("checkpoints")).unwrap();
        for (name, bytes) in [
            ("config.toml", &b"a = 1"[..]),
            ("curves.svg", b"<svg></svg>\n"),
            ("metrics.csv", b"half a li"),
            ("checkpoints/1.safetensors", b"\x02\0\0\0\0\0\0\0{}"),
            ("checkpoints/2.safetensors", b"\x02\0\0\0\0\0\0\0{"),
            ("checkpoints/3.safetensors.tmp", b""),
            ("network.svg", b"<svg></sv"),
        ] {
            fs::write(run.join(name), bytes).unwrap();
        }
        let mut found = look_at(&run).unwrap();
        found.broken.sort();
        assert_eq!((found.whole, found.temporary), (3, 1));
        assert_eq!(found.broken, [run.join("checkpoints/2.safetensors"), run.join("network.svg")]);
        fs::remove_dir_all(&run).unwrap();
    }
}
