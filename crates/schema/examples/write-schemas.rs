//! Writes the JSON Schema of every kind of file into `bin-docs/schemas/`.

use std::path::Path;
use std::{fs, io};

fn main() -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bin-docs/schemas");
    fs::create_dir_all(&folder)?;
    for (name, schema) in schema::published_schemas() {
        fs::write(folder.join(name), format!("{:#}\n", schema.as_value()))?;
    }
    Ok(())
}
