//! The table of settings that a program shows first.

use crate::Console;

/// Rows `[ Nin ]             key : value` between a header and a footer, as the
/// original program prints them.
pub(crate) struct Banner {
    name: String,
    rows: Vec<(&'static str, String)>,
}

impl Banner {
    /// A banner of the program called `name`, which is its first row.
    pub(crate) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), rows: vec![("name", name.to_owned())] }
    }

    pub(crate) fn row(mut self, key: &'static str, value: impl ToString) -> Self {
        self.rows.push((key, value.to_string()));
        self
    }

    pub(crate) fn print(&self, console: &Console) {
        let Self { name, rows } = self;
        console.line(format_args!("[ {name} ] ========== Parameters =========="));
        for (key, value) in rows {
            console.line(format_args!("[ {name} ] {key:>15} : {value}"));
        }
        console.line(format_args!("[ {name} ] ==============================="));
    }
}

/// A limit, where 0 stands for none.
pub(crate) fn limit(limit: usize) -> String {
    if limit == 0 { "∞".to_owned() } else { limit.to_string() }
}
