//! The page around the table, written by hand.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::{PAGE, record, table};
use crate::whole_file::write_whole;

/// The lines between which the table stands.
const BEGIN: &str = "<!-- written by cargo xtask accuracy -->";
const END: &str = "<!-- end -->";

/// Makes the table what the records say.
pub(super) fn update(root: &Path) -> Result<()> {
    let path = root.join(PAGE);
    let old = fs::read_to_string(&path).with_context(|| format!("cannot read {PAGE}"))?;
    let new = with_table(&old, &table::render(&record::read_all(root)?)).context(PAGE)?;
    if new == old { Ok(()) } else { write_whole(&path, &new) }
}

/// The page with another table.
fn with_table(page: &str, table: &str) -> Result<String> {
    let missing = |line| format!("no line `{line}`");
    let (before, rest) = page.split_once(&format!("{BEGIN}\n")).with_context(|| missing(BEGIN))?;
    let (_, after) = rest
        .split_once(&format!("{END}\n"))
        .with_context(|| format!("{} after the table's", missing(END)))?;
    Ok(format!("{before}{BEGIN}\n\n{table}\n{END}\n{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_table_changes() {
        let page = format!("# Title\n\n{BEGIN}\n{END}\n\nMore.\n");
        let once = with_table(&page, "| 1 |\n").unwrap();
        assert_eq!(once, format!("# Title\n\n{BEGIN}\n\n| 1 |\n\n{END}\n\nMore.\n"));
        let twice = with_table(&once, "| 2 |\n").unwrap();
        assert_eq!(twice, once.replace('1', "2"));
    }

    #[test]
    fn a_page_without_a_place_is_an_error() {
        let error = |page: &str| with_table(page, "").unwrap_err().to_string();
        assert_eq!(error("# Title\n"), format!("no line `{BEGIN}`"));
        let no_end = format!("no line `{END}` after the table's");
        assert_eq!(error(&format!("{END}\n{BEGIN}\n")), no_end);
        assert_eq!(error(&format!("{BEGIN}\n")), no_end);

        let root = tempfile::tempdir().unwrap();
        assert_eq!(update(root.path()).unwrap_err().to_string(), "cannot read docs/accuracy.md");
    }

    #[test]
    fn the_page_of_the_project_has_a_place() {
        let page = fs::read_to_string(crate::root().join(PAGE)).unwrap();
        with_table(&page, "").unwrap();
    }
}
