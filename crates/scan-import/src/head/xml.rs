use quick_xml::Reader;
use quick_xml::events::Event;

/// The root element of XML of which only the beginning is known.
#[derive(Debug, Default)]
pub(crate) struct Root {
    /// Empty where the beginning ends before it.
    pub(super) name: String,
    pub(super) attributes: Vec<String>,
}

impl Root {
    pub(super) fn in_beginning(beginning: &[u8]) -> Root {
        let mut reader = Reader::from_reader(beginning);
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            match reader.read_event_into(&mut buffer) {
                Ok(Event::Start(element) | Event::Empty(element)) => {
                    return Root {
                        name: element.name().as_ref().to_owned(),
                        attributes: element
                            .attributes()
                            .flatten()
                            .map(|attribute| attribute.key.as_ref().to_owned())
                            .collect(),
                    };
                }
                Ok(Event::Eof) | Err(_) => return Root::default(),
                Ok(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_found_behind_whatever_stands_before_it() {
        let text = b"<?xml version=\"1.0\" ?>\n<!DOCTYPE coverage\n  SYSTEM 'x.dtd'>\n<!-- a <b> -->\n<coverage line-rate=\"1\" version='2'><pack";
        let root = Root::in_beginning(text);
        assert_eq!(root.name, "coverage");
        assert_eq!(root.attributes, ["line-rate", "version"]);
    }
}
