//! `cargo xtask tidy`: checks what neither rustfmt nor clippy looks at.

mod files;
mod finding;
mod links;
mod source;
mod whitespace;

use std::path::Path;

use anyhow::{Context, Result, bail};

use files::TextFile;
use finding::{Finding, Severity};

#[derive(clap::Args, Default)]
pub(crate) struct Options {
    /// Mend white space in place; the rest is left to you
    #[arg(long)]
    fix: bool,
}

pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let Some(mut files) = files::of_project(root)? else {
        println!("tidy: skipped: this is no git checkout");
        return Ok(());
    };
    if options.fix {
        fix_whitespace(root, &mut files)?;
    }
    let findings = check(root, &files);
    for finding in &findings {
        println!("{finding}");
    }
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    if errors > 0 {
        bail!("tidy: {errors} to mend");
    }
    println!("tidy: {} files in order", files.len());
    Ok(())
}

fn check(root: &Path, files: &[TextFile]) -> Vec<Finding> {
    let mut findings = files::missing_readmes(files);
    for file in files {
        findings.extend(whitespace::check(file));
        findings.extend(source::check(file));
        findings.extend(links::check(file, |path| root.join(path).exists()));
    }
    findings
}

fn fix_whitespace(root: &Path, files: &mut [TextFile]) -> Result<()> {
    for file in files {
        let mended = whitespace::mend(&file.text);
        if mended != file.text {
            let path = root.join(&file.path);
            std::fs::write(&path, &mended)
                .with_context(|| format!("cannot write {}", path.display()))?;
            println!("mended {}", file.path.display());
            file.text = mended;
        }
    }
    Ok(())
}
