//! A configuration file, known by its name and its settings.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

/// What is trained.
pub(super) struct Configuration {
    /// The file's name without its extension.
    pub(super) name: String,
    pub(super) path: PathBuf,
    /// Of its settings, in hexadecimal.
    pub(super) sha256: String,
}

/// Reads the files; two of one name would share a record and are an error.
pub(super) fn read_all(paths: &[PathBuf]) -> Result<Vec<Configuration>> {
    let mut configurations: Vec<Configuration> = Vec::new();
    for path in paths {
        let configuration = Configuration::read(path)?;
        let name = &configuration.name;
        let is_new = configurations.iter().all(|other| other.name != *name);
        ensure!(is_new, "two configurations are called {name}");
        configurations.push(configuration);
    }
    Ok(configurations)
}

impl Configuration {
    fn read(path: &Path) -> Result<Self> {
        let name = path.file_stem().and_then(|name| name.to_str());
        let name = name.with_context(|| format!("{} has no name in UTF-8", path.display()))?;
        Ok(Self { name: name.to_owned(), path: path.to_owned(), sha256: digest(path)? })
    }

    /// Fails where the file is not the one that was read.
    pub(super) fn check_unchanged(&self) -> Result<()> {
        let is_same = digest(&self.path)? == self.sha256;
        ensure!(is_same, "{} was changed meanwhile; start again", self.path.display());
        Ok(())
    }

    /// The file of its records.
    pub(super) fn record(&self, root: &Path) -> PathBuf {
        root.join(super::RECORDS).join(format!("{}.json", self.name))
    }
}

/// Of the settings without comments, order and layout: words may be corrected
/// and the records stay.
fn digest(path: &Path) -> Result<String> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let settings: toml::Table =
        text.parse().with_context(|| format!("{} is no TOML", path.display()))?;
    // A JSON object of serde's has its keys in order.
    let settings = serde_json::to_string(&serde_json::to_value(settings)?)?;
    Ok(Sha256::digest(settings).iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_name_and_settings() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fast.toml");
        fs::write(&path, "[run]\nseed = 42\n[data]\nval = 0.1\nmean = 'train'\n").unwrap();
        let configuration = Configuration::read(&path).unwrap();
        assert_eq!(configuration.name, "fast");
        // Of {"data":{"mean":"train","val":0.1},"run":{"seed":42}}, by sha256sum.
        let wanted = "faede1f4f2bb674bdcd1693878a44ede234ad803916e509b448404a7be6ff2f5";
        assert_eq!(configuration.sha256, wanted);
        let record = configuration.record(Path::new("root"));
        assert_eq!(record, Path::new("root/docs/accuracy/fast.json"));

        let same = "# Words.\n[data]\nmean = \"train\" # whose?\nval = 1e-1\n\n[run]\nseed = 42";
        fs::write(&path, same).unwrap();
        configuration.check_unchanged().unwrap();
        fs::write(&path, same.replace("42", "43")).unwrap();
        let error = configuration.check_unchanged().unwrap_err().to_string();
        assert!(error.ends_with("fast.toml was changed meanwhile; start again"), "{error}");
    }

    #[test]
    fn two_of_a_name_and_none_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.toml");
        let error = read_all(std::slice::from_ref(&path)).err().unwrap().to_string();
        assert!(error.starts_with("cannot read "), "{error}");
        fs::write(&path, "a = ").unwrap();
        let error = read_all(std::slice::from_ref(&path)).err().unwrap().to_string();
        assert!(error.ends_with("a.toml is no TOML"), "{error}");
        fs::write(&path, "").unwrap();
        let error = read_all(&[path.clone(), path]).err().unwrap().to_string();
        assert_eq!(error, "two configurations are called a");
    }
}
