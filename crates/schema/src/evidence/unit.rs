/// A unit as people write it, of a unit as documents write it: `MiB` of `mb`. Empty for a `count` and for `none`;
/// a word that is not known stands for itself.
pub fn unit_symbol(unit: &str) -> &str {
    match unit {
        "count" | "none" => "",
        "mb" => "MiB",
        "percent" => "%",
        "rps" => "req/s",
        other => other,
    }
}
