//! Text of documents in HTML and SVG.

use std::fmt::{self, Write};

use askama::filters::{Escaper, Html};
use toolkit::on_one_line;

/// Makes any text harmless, in an element or an attribute. `askama.toml` applies it to every value in a `.html` template. A page
/// may go to a step's stdout, where lines and marks of a document must command nobody; and none of its texts may turn its
/// neighbours around.
#[derive(Clone, Copy)]
pub(crate) struct Escape;

impl Escaper for Escape {
    fn write_escaped_str<W: Write>(&self, destination: W, text: &str) -> fmt::Result {
        Html.write_escaped_str(destination, &on_one_line(text))
    }
}
