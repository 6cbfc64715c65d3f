//! Relative links in Markdown lead to something that exists.

use std::path::{Component, Path, PathBuf};

use super::files::TextFile;
use super::finding::Finding;

pub(super) fn check(file: &TextFile, exists: impl Fn(&Path) -> bool) -> Vec<Finding> {
    if !file.has_extension("md") {
        return Vec::new();
    }
    let folder = file.path.parent().unwrap_or(Path::new(""));
    let mut findings = Vec::new();
    let mut in_code_block = false;
    for (index, line) in file.text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_code_block = !in_code_block;
            continue;
        }
        if in_code_block {
            continue;
        }
        for target in targets(&without_code(line)) {
            let Some(path) = relative_path(target) else { continue };
            match normalized(&folder.join(path)) {
                Some(path) if exists(&path) => {}
                _ => findings.push(file.error(index + 1, &format!("no such file: {target}"))),
            }
        }
    }
    findings
}

/// The line with its `code` taken out.
fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect()
}

/// What `[text](target)`, `![text](target)` and `[name]: target` point to.
fn targets(line: &str) -> Vec<&str> {
    let definition = line
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("]: "))
        .map(|(_name, target)| target);
    let inline = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    // A title may follow the target.
    inline.chain(definition).filter_map(|target| target.split_whitespace().next()).collect()
}

/// The path in a link to a file of the project, without its `#anchor`.
fn relative_path(target: &str) -> Option<&str> {
    let elsewhere = ["https:", "http:", "mailto:"].iter().any(|scheme| target.starts_with(scheme));
    // `crate::Item` is rustdoc's, which checks it itself.
    if elsewhere || target.contains("::") {
        return None;
    }
    let path = target.split('#').next().unwrap_or_default();
    (!path.is_empty()).then_some(path)
}

/// `path` with `.` and `..` worked out; `None` if it leaves the workspace.
fn normalized(path: &Path) -> Option<PathBuf> {
    let mut names = PathBuf::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => names.push(name),
            Component::CurDir => {}
            Component::ParentDir if names.pop() => {}
            _ => return None,
        }
    }
    Some(names)
}

#[cfg(test)]
mod tests {
    use super::super::files::file;
    use super::*;

    /// The findings of `docs/a.md` beside which only `docs/b.md` and `c.md` exist.
    fn messages(text: &str) -> Vec<String> {
        let exists = |path: &Path| [Path::new("docs/b.md"), Path::new("c.md")].contains(&path);
        check(&file("docs/a.md", text), exists).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn good_links_pass() {
        for text in [
            "[b](b.md) and ![c](../c.md \"title\")",
            "[part](b.md#part) [here](#part)",
            "[web](https://example.org/x.md) [mail](mailto:a@example.org)",
            "[item](crate::Item)",
            "[b]: ./b.md",
            "`[not a link](nowhere.md)`",
            "```\n[not a link](nowhere.md)\n```",
        ] {
            assert_eq!(messages(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn dead_links_are_found_where_they_are() {
        for (text, target) in [
            ("[b](b.md) [d](d.md)", "d.md"),
            ("[c](c.md#part)", "c.md#part"),
            ("[out](../../c.md)", "../../c.md"),
            ("[absolute](/c.md)", "/c.md"),
            ("[d]: d.md", "d.md"),
        ] {
            let wanted = [format!("error: docs/a.md:2: no such file: {target}")];
            assert_eq!(messages(&format!("\n{text}\n")), wanted, "{text}");
        }
    }
}
