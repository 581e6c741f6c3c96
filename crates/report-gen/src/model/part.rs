use super::facts::Fact;
use super::judgement::Status;

/// What a report says about one section of the document: facts, and what they are made of.
pub(crate) struct Part {
    pub(crate) title: &'static str,
    /// The answer, where the section is one.
    pub(crate) status: Option<Status>,
    pub(crate) facts: Vec<Fact>,
    pub(crate) table: Option<Table>,
}

impl Part {
    /// `None` where there is nothing to say.
    pub(crate) fn of(title: &'static str, facts: Vec<Fact>, table: Option<Table>) -> Option<Part> {
        let table = table.filter(|table| !table.rows.is_empty());
        (!facts.is_empty() || table.is_some()).then_some(Part {
            title,
            status: None,
            facts,
            table,
        })
    }

    /// Its name within a page.
    pub(crate) fn id(&self) -> String {
        self.title.to_lowercase().replace(' ', "-")
    }

    /// With the section's own answer.
    pub(crate) fn answered(self, passed: Option<bool>) -> Part {
        Part {
            status: passed.map(|passed| Status::of_section(Some(passed))),
            ..self
        }
    }
}

/// Text in rows and columns.
pub(crate) struct Table {
    /// What it is about; also its name for whoever cannot see it.
    pub(crate) caption: String,
    pub(crate) columns: Vec<Column>,
    /// As many cells as columns in each.
    pub(crate) rows: Vec<Row>,
}

impl Table {
    pub(crate) fn new(caption: impl Into<String>, columns: Vec<Column>, rows: Vec<Row>) -> Table {
        Table {
            caption: caption.into(),
            columns,
            rows,
        }
    }
}

/// A column by its heading.
#[derive(Clone, Copy)]
pub(crate) struct Column {
    pub(crate) label: &'static str,
    /// Whether it is set to the right.
    pub(crate) is_number: bool,
}

impl Column {
    pub(crate) const fn text(label: &'static str) -> Column {
        Column {
            label,
            is_number: false,
        }
    }

    pub(crate) const fn number(label: &'static str) -> Column {
        Column {
            label,
            is_number: true,
        }
    }
}

/// A row, in the first cell of which an answer may stand.
pub(crate) struct Row {
    pub(crate) status: Option<Status>,
    pub(crate) cells: Vec<String>,
}

impl Row {
    pub(crate) fn plain(cells: Vec<String>) -> Row {
        Row {
            status: None,
            cells,
        }
    }
}
