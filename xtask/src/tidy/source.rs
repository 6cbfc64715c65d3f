//! Rust files: a first line, a size, and nothing left over from writing them.

use std::ffi::OsStr;

use super::files::TextFile;
use super::finding::{Finding, Severity};

/// Above this many lines a file holds more than one idea.
const MOST_LINES: usize = 400;
/// Above this many it is time to ask.
const MANY_LINES: usize = 300;

/// Macros that must not stay.
const LEFTOVERS: [&str; 3] = ["todo", "unimplemented", "dbg"];

/// What stands in every crate but those of the kernels.
const FORBID: &str = "#![forbid(unsafe_code)]";

pub(super) fn check(file: &TextFile) -> Vec<Finding> {
    if !file.has_extension("rs") {
        return Vec::new();
    }
    let mut findings = Vec::new();
    if is_module(file) && !is_documented(&file.text) {
        findings.push(file.error(1, "the module does not begin with a `//!` line"));
    }
    if is_root(file) && !may_be_unsafe(file) && !file.text.contains(FORBID) {
        findings.push(file.error(1, &format!("the crate lacks `{FORBID}`")));
    }
    let lines = file.text.lines().count();
    if lines > MANY_LINES {
        let severity = if lines > MOST_LINES { Severity::Error } else { Severity::Warning };
        findings.push(file.finding(severity, None, format!("{lines} lines")));
    }
    for (index, line) in file.text.lines().enumerate() {
        let code = line.trim_start();
        if code.starts_with("//") {
            continue;
        }
        for name in LEFTOVERS.iter().filter(|name| calls(code, name)) {
            findings.push(file.error(index + 1, &format!("`{name}!` is left")));
        }
        if ["#[ignore]", "#[ignore ="].iter().any(|start| code.starts_with(start)) {
            findings.push(file.error(index + 1, "a test that never runs"));
        }
    }
    findings
}

/// Whether the file belongs to a crate's `src` and is no module of tests, whose
/// subject is the module around it.
fn is_module(file: &TextFile) -> bool {
    let mut names = file.path.iter();
    let is_tests = |name: &OsStr| name == "tests" || name == "tests.rs";
    names.any(|name| name == "src") && !names.any(is_tests)
}

/// Whether the file is the root of a crate that is built.
fn is_root(file: &TextFile) -> bool {
    file.path.ends_with("src/lib.rs") || file.path.ends_with("src/main.rs")
}

/// Whether the file belongs to the arithmetic, the one place that needs `unsafe`.
fn may_be_unsafe(file: &TextFile) -> bool {
    file.path.iter().any(|name| name.to_string_lossy().starts_with("nin-kernels"))
}

/// Whether a documentation line comes first, inner attributes aside.
fn is_documented(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim);
    lines
        .find(|line| {
            let attribute = line.starts_with("#![") && !line.starts_with("#![doc");
            !line.is_empty() && !attribute
        })
        .is_some_and(|line| line.starts_with("//!") || line.starts_with("#![doc"))
}

/// Whether `code` calls the macro `name`, and not one whose name ends like it.
fn calls(code: &str, name: &str) -> bool {
    let call = format!("{name}!(");
    code.match_indices(&call).any(|(at, _)| {
        !code[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::super::files::file;
    use super::*;

    fn messages(path: &str, text: &str) -> Vec<String> {
        check(&file(path, text)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_module_needs_a_first_line() {
        let path = "crates/a/src/b.rs";
        let wanted = [format!("error: {path}:1: the module does not begin with a `//!` line")];
        for text in ["", "use std::fmt;\n", "// A comment.\n", "/// An item.\nfn f() {}\n"] {
            assert_eq!(messages(path, text), wanted, "{text:?}");
        }
        for text in [
            "//! What it is.\n",
            "#![forbid(unsafe_code)]\n\n//! What it is.\n",
            "#![doc = include_str!(\"../README.md\")]\n",
        ] {
            assert_eq!(messages(path, text), [""; 0], "{text:?}");
        }
    }

    #[test]
    fn only_the_kernels_may_be_unsafe() {
        let text = "//! What it is.\n";
        for path in ["crates/a/src/lib.rs", "bins/a/src/main.rs"] {
            let found = messages(path, text);
            assert_eq!(found, [format!("error: {path}:1: the crate lacks `{FORBID}`")]);
            assert_eq!(messages(path, &format!("{text}{FORBID}\n")), [""; 0]);
        }
        assert_eq!(messages("crates/nin-kernels/src/lib.rs", text), [""; 0]);
    }

    #[test]
    fn modules_of_tests_and_examples_need_none() {
        for path in ["crates/a/src/b/tests.rs", "crates/a/src/tests/c.rs", "crates/a/examples/b.rs"]
        {
            assert_eq!(messages(path, "use super::*;\n"), [""; 0], "{path}");
        }
    }

    #[test]
    fn long_files_are_questioned_then_refused() {
        let lines = |count: usize| "\n".repeat(count);
        assert_eq!(messages("a.rs", &lines(300)), [""; 0]);
        assert_eq!(messages("a.rs", &lines(301)), ["warning: a.rs: 301 lines"]);
        assert_eq!(messages("a.rs", &lines(401)), ["error: a.rs: 401 lines"]);
    }

    #[test]
    fn leftovers_are_found_in_code_only() {
        for name in LEFTOVERS {
            let code = format!("fn f() {{\n    {name}!();\n}}\n");
            assert_eq!(messages("a.rs", &code), [format!("error: a.rs:2: `{name}!` is left")]);
            assert_eq!(messages("a.rs", &format!("// not {name}!()\n")), [""; 0]);
            assert_eq!(messages("a.rs", &format!("my_{name}!();\n")), [""; 0]);
        }
        for attribute in ["#[ignore]", "#[ignore = \"slow\"]"] {
            let found = messages("a.rs", &format!("{attribute}\n"));
            assert_eq!(found, ["error: a.rs:1: a test that never runs"]);
        }
    }
}
