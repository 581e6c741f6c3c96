//! The schemas in `bin-docs/schemas/` are those of the types.

use std::fs;
use std::path::Path;

#[test]
fn published_schemas_have_not_drifted_from_the_types() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bin-docs/schemas");
    for (name, schema) in schema::published_schemas() {
        let expected = format!("{:#}\n", schema.as_value());
        let published = fs::read_to_string(folder.join(name)).unwrap_or_default();
        assert!(
            published == expected,
            "bin-docs/schemas/{name} is not what the types say; run `cargo run -p schema --example write-schemas`"
        );
    }
    let files = fs::read_dir(&folder)
        .expect("the folder of schemas")
        .count();
    assert_eq!(
        files,
        schema::published_schemas().len(),
        "a schema that no type stands for"
    );
}
