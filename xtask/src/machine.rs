//! Where and with what something was measured.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// The moment, in UTC, to the second.
pub(crate) fn date() -> Result<String> {
    output(Command::new("date").args(["-u", "+%Y-%m-%dT%H:%M:%SZ"]))
}

/// The workspace's commit; ends in `-dirty` where `git status` with these words
/// has anything to say.
pub(crate) fn commit(root: &Path, status: &[&str]) -> Result<String> {
    // Without locks: a question writes nothing.
    let git = || {
        let mut git = Command::new("git");
        git.arg("--no-optional-locks").current_dir(root);
        git
    };
    let commit = output(git().args(["rev-parse", "HEAD"]))?;
    let changes = output(git().args(["status", "--porcelain"]).args(status))?;
    Ok(if changes.is_empty() { commit } else { commit + "-dirty" })
}

/// The processor's name and its widest vectors: one name stands for several
/// generations.
pub(crate) fn cpu() -> Result<String> {
    let info = fs::read_to_string("/proc/cpuinfo").context("the processor's name is Linux's")?;
    Ok(cpu_in(&info))
}

fn cpu_in(info: &str) -> String {
    let model = first_value(info, "model name").unwrap_or("unknown");
    let flags = first_value(info, "flags").unwrap_or_default();
    let vectors = [("avx512f", "AVX-512"), ("avx2", "AVX2")]
        .into_iter()
        .find(|(flag, _)| flags.split_whitespace().any(|other| other == *flag));
    match vectors {
        Some((_, vectors)) => format!("{model} with {vectors}"),
        None => model.to_owned(),
    }
}

/// What stands behind the first line's colon that begins with this key.
fn first_value<'a>(info: &'a str, key: &str) -> Option<&'a str> {
    let line = info.lines().find(|line| line.starts_with(key))?;
    Some(line.split_once(':')?.1.trim())
}

/// What a command prints, without the end of its line.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("cannot start {program}"))?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{program}: {}", complaint.trim_end());
    Ok(String::from_utf8(output.stdout)?.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_named_with_its_vectors() {
        let info = "processor\t: 0\nmodel name\t: AMD EPYC 9R14\nmodel name\t: other\n";
        for (flags, wanted) in [
            ("", "AMD EPYC 9R14"),
            ("flags\t\t: fpu sse4_2 avx\n", "AMD EPYC 9R14"),
            ("flags\t\t: fpu avx2 fma\n", "AMD EPYC 9R14 with AVX2"),
            ("flags\t\t: avx2 avx512f avx512bw\n", "AMD EPYC 9R14 with AVX-512"),
        ] {
            assert_eq!(cpu_in(&format!("{info}{flags}")), wanted);
        }
        assert_eq!(cpu_in("processor\t: 0\n"), "unknown");
    }

    #[test]
    fn output_ends_without_a_newline_and_failures_speak() {
        assert_eq!(output(Command::new("echo").arg("one")).unwrap(), "one");
        let error = output(Command::new("sh").args(["-c", "echo why >&2; exit 1"])).unwrap_err();
        assert_eq!(error.to_string(), "sh: why");
    }

    #[test]
    fn a_changed_tree_is_dirty_apart_from_what_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let git = |words: &str| {
            let identity =
                ["-c", "user.name=n", "-c", "user.email=e", "-c", "commit.gpgsign=false"];
            output(Command::new("git").args(identity).args(words.split(' ')).current_dir(root))
        };
        git("init --quiet").unwrap();
        git("commit --quiet --allow-empty --message first").unwrap();
        let clean = git("rev-parse HEAD").unwrap();
        assert_eq!(commit(root, &[]).unwrap(), clean);
        fs::write(root.join("file"), "new").unwrap();
        assert_eq!(commit(root, &[]).unwrap(), format!("{clean}-dirty"));
        assert_eq!(commit(root, &["--untracked-files=no"]).unwrap(), clean);
        assert_eq!(commit(root, &["--", ".", ":(exclude)file"]).unwrap(), clean);
    }
}
