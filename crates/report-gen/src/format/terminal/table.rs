use super::line::{Line, Style};

/// A column of a table.
pub(super) struct Column {
    pub(super) title: &'static str,
    pub(super) cells: Vec<Line>,
    /// The columns of the lowest rank are left out first where the screen is too narrow.
    pub(super) rank: u8,
}

/// Between two columns.
const GAP: usize = 2;

/// The first column says what a row is about: it is never left out, and only cut below this.
const SHORTEST_NAME: usize = 16;

impl Column {
    fn width(&self) -> usize {
        let cells = self.cells.iter().map(Line::width);
        cells.chain([self.title.len()]).max().unwrap_or(0)
    }
}

/// The table in lines of at most `columns`, its first column to the left, the others to the right; and the titles of
/// what had no room.
pub(super) fn laid_out(mut table: Vec<Column>, columns: usize) -> (Vec<Line>, Vec<&'static str>) {
    let mut left_out = Vec::new();
    let name = table.first().map_or(0, Column::width);
    while table.len() > 1 && name.min(SHORTEST_NAME) + width_of_others(&table) > columns {
        let lowest = table.iter().skip(1).map(|column| column.rank).min();
        let at = table
            .iter()
            .rposition(|column| Some(column.rank) == lowest)
            .unwrap_or(0);
        left_out.push(table.remove(at).title);
    }
    let name = name.min(columns.saturating_sub(width_of_others(&table)));
    let line = |cell: &dyn Fn(&Column) -> Line| {
        let mut cells = table.iter();
        let first = cells.next().map(cell).unwrap_or_default();
        cells.fold(first.cut(name).filled(name), |line, column| {
            line.followed_by(cell(column).filled_before(GAP + column.width()))
        })
    };
    let rows = table.first().map_or(0, |column| column.cells.len());
    let head = line(&|column| Line::of(Style::Faint, column.title));
    let body = (0..rows).map(|row| line(&|column| column.cells[row].clone()));
    (std::iter::once(head).chain(body).collect(), left_out)
}

/// Of all columns but the first, with the gaps before them.
fn width_of_others(table: &[Column]) -> usize {
    table.iter().skip(1).map(|one| GAP + one.width()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(title: &'static str, cell: &str, rank: u8) -> Column {
        Column {
            title,
            cells: vec![Line::of(Style::Plain, cell)],
            rank,
        }
    }

    fn table() -> Vec<Column> {
        vec![
            column("scenario", "a name that has twenty-nine c", 9),
            column("batch", "1", 1),
            column("conn", "1000000", 1),
            column("p95", "0.0647", 2),
        ]
    }

    fn written(columns: usize) -> (Vec<String>, Vec<&'static str>) {
        let (lines, left_out) = laid_out(table(), columns);
        (
            lines.iter().map(|line| line.written(false)).collect(),
            left_out,
        )
    }

    #[test]
    fn the_name_is_cut_before_a_column_is_left_out() {
        let (lines, left_out) = written(45);
        assert_eq!(
            lines,
            [
                "scenario               batch     conn     p95",
                "a name that has twen…      1  1000000  0.0647"
            ]
        );
        assert_eq!(left_out, Vec::<&str>::new());
    }

    #[test]
    fn columns_are_left_out_by_their_rank_and_never_the_first() {
        assert_eq!(written(33).1, ["conn"]);
        assert_eq!(written(30).1, ["conn", "batch"]);
        let (lines, left_out) = written(10);
        assert_eq!(lines, ["scenario", "a name th…"]);
        assert_eq!(left_out, ["conn", "batch", "p95"]);
    }
}
