//! No tabs, no white space at line ends, one newline at the end of a file.

use super::files::TextFile;
use super::finding::Finding;

/// What a tab becomes.
const INDENT: &str = "    ";

pub(super) fn check(file: &TextFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in file.text.split('\n').enumerate() {
        if line.contains('\t') {
            findings.push(file.error(index + 1, "a tab"));
        }
        if line.trim_end().len() < line.len() {
            findings.push(file.error(index + 1, "white space at the end of the line"));
        }
    }
    if mended_end(&file.text) != file.text {
        findings.push(file.error(None, "the file does not end with exactly one newline"));
    }
    findings
}

/// The text without these faults.
pub(super) fn mend(text: &str) -> String {
    let lines: Vec<String> =
        text.split('\n').map(|line| line.trim_end().replace('\t', INDENT)).collect();
    mended_end(&lines.join("\n"))
}

fn mended_end(text: &str) -> String {
    let body = text.trim_end_matches('\n');
    if body.is_empty() { String::new() } else { format!("{body}\n") }
}

#[cfg(test)]
mod tests {
    use super::super::files::file;
    use super::*;

    fn messages(text: &str) -> Vec<String> {
        check(&file("a.md", text)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn each_fault_is_found_where_it_is() {
        assert_eq!(messages("a\n\tb\n"), ["error: a.md:2: a tab"]);
        assert_eq!(messages("a  \nb\n"), ["error: a.md:1: white space at the end of the line"]);
        assert_eq!(messages("a\r\n"), ["error: a.md:1: white space at the end of the line"]);
        let end = ["error: a.md: the file does not end with exactly one newline"];
        assert_eq!(messages("a"), end);
        assert_eq!(messages("a\n\n"), end);
        assert_eq!(messages("a\n\n    b\n"), [""; 0]);
        assert_eq!(messages(""), [""; 0]);
    }

    #[test]
    fn mended_text_has_no_fault() {
        for text in ["", "\n", "a", "a \t\n\n\tb\r\n\n\n", "a\n"] {
            let mended = mend(text);
            assert_eq!(messages(&mended), [""; 0], "{text:?}");
            assert_eq!(mend(&mended), mended, "{text:?}");
        }
        assert_eq!(mend("a \n\tb\n\n"), "a\n    b\n");
    }
}
