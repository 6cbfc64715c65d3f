//! The pixels that one window covers, one after the other.

/// A position inside a window and the offset of a pixel inside its image.
type Place = (usize, usize);

/// The places of a rectangle, row by row: from one column to the next, and from
/// one row to the next, both numbers of a place grow by the same step.
#[derive(Clone, Debug)]
pub(crate) struct Covered {
    columns: usize,
    column_step: Place,
    row_step: Place,
    /// Rows that are not begun yet, and the first place of the next one.
    rows_left: usize,
    next_row: Place,
    /// Places left in the row that is begun, and the next one.
    columns_left: usize,
    next: Place,
}

impl Covered {
    /// The rectangle whose upper left corner is `first`.
    #[inline(always)]
    pub(crate) fn new(
        [rows, columns]: [usize; 2],
        first: Place,
        row_step: Place,
        column_step: Place,
    ) -> Self {
        let rows_left = if columns == 0 { 0 } else { rows };
        let (next_row, columns_left, next) = (first, 0, first);
        Self { columns, column_step, row_step, rows_left, next_row, columns_left, next }
    }
}

impl Iterator for Covered {
    type Item = Place;

    // Always inlined, as all must be that is to run in vector instructions; of
    // the adapters of the standard library not every part is.
    #[inline(always)]
    fn next(&mut self) -> Option<Place> {
        if self.columns_left == 0 {
            self.rows_left = self.rows_left.checked_sub(1)?;
            self.columns_left = self.columns;
            self.next = self.next_row;
            self.next_row = sum(self.next_row, self.row_step);
        }
        let place = self.next;
        self.columns_left -= 1;
        self.next = sum(place, self.column_step);
        Some(place)
    }
}

#[inline(always)]
fn sum(a: Place, b: Place) -> Place {
    (a.0 + b.0, a.1 + b.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_follow_row_by_row() {
        let places: Vec<_> = Covered::new([2, 3], (4, 0), (5, 30), (1, 10)).collect();
        assert_eq!(places, [(4, 0), (5, 10), (6, 20), (9, 30), (10, 40), (11, 50)]);
    }

    #[test]
    fn without_rows_or_columns_there_is_no_place() {
        for sizes in [[0, 3], [3, 0], [0, 0]] {
            assert_eq!(Covered::new(sizes, (1, 1), (1, 1), (1, 1)).next(), None);
        }
    }
}
