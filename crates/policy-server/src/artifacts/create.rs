//! Artifacts from a seed: the same seed, version and tool give the same bytes.

use std::fs::{self, File, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rand::Rng;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;
use toolkit::files::sha256;

use super::card::{Architecture, FileDigests, InputDescription, ModelCard, OutputDescription};
use super::weights::{self, LAYERS, Layer};
use super::{CARD_FILE, MODEL_FILE, PREPROCESSOR_FILE};
use crate::TOOL_VERSION;
use crate::error::Error;
use crate::limits::{SENSOR, SPEED_KMH, STEERING};
use crate::policy::{INPUT_NAMES, OUTPUT_NAMES, OUTPUTS, Standardisation};

/// What [`create`] found and did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Created {
    /// The folder was made.
    Written(PathBuf),
    /// The folder was there already with the same content.
    AlreadyThere(PathBuf),
}

/// Makes `<output>/<version>` from the seed: whole, or not at all. A version that exists with
/// other content is refused.
pub(crate) fn create(output: &Path, version: &str, seed: u64) -> Result<Created, Error> {
    check_version(version)?;
    let files = contents(version, seed)?;
    let folder = output.join(version);
    if folder.exists() {
        return compare(folder, &files);
    }

    fs::create_dir_all(output).map_err(Error::write(output))?;
    let unfinished = tempfile::Builder::new()
        .prefix(".unfinished-")
        // The umask takes away what the person does not give; the default of 0700 would stay
        // when the folder gets its name.
        .permissions(Permissions::from_mode(0o777))
        .tempdir_in(output)
        .map_err(Error::write(output))?;
    for (name, bytes) in &files {
        let path = unfinished.path().join(name);
        write_to_disk(&path, bytes).map_err(Error::write(path))?;
    }
    fs::rename(unfinished.path(), &folder).map_err(Error::write(&folder))?;
    // The folder has another name now: there is nothing left to clean up.
    let _ = unfinished.keep();
    Ok(Created::Written(folder))
}

fn check_version(version: &str) -> Result<(), Error> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._+-".contains(c);
    if version.chars().all(allowed) && version.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return Ok(());
    }
    Err(Error::Options(format!(
        "--version: {version:?} found, a name of letters, digits and . _ + - expected, as 1.0.0"
    )))
}

fn compare(folder: PathBuf, files: &[(&'static str, Vec<u8>); 3]) -> Result<Created, Error> {
    for (file, bytes) in files {
        let path = folder.join(file);
        if fs::read(&path).ok().as_ref() != Some(bytes) {
            let reason = format!(
                "this version exists already and its {file} differs from what the seed gives; \
                 choose another --version, or remove the folder"
            );
            return Err(Error::invalid(folder, reason));
        }
    }
    Ok(Created::AlreadyThere(folder))
}

fn write_to_disk(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn contents(version: &str, seed: u64) -> Result<[(&'static str, Vec<u8>); 3], Error> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let model = weights::encode(&draw_layers(&mut random))?;
    let mut preprocessor = serde_json::to_vec_pretty(&draw_preprocessor(&mut random))
        .map_err(Error::encode(PREPROCESSOR_FILE))?;
    preprocessor.push(b'\n');
    let files = FileDigests {
        model: sha256(&model),
        preprocessor: sha256(&preprocessor),
    };
    let card = describe(version, seed, files).to_yaml()?;
    Ok([
        (MODEL_FILE, model),
        (PREPROCESSOR_FILE, preprocessor),
        (CARD_FILE, card.into_bytes()),
    ])
}

/// Uniform weights of the variance that keeps signals of one size from layer to layer
/// (He for ReLU, half of it before tanh so that it does not saturate). Only operations that
/// IEEE 754 rounds exactly are used: every machine draws the same bytes.
fn draw_layers(random: &mut Xoshiro256PlusPlus) -> [Layer; 3] {
    LAYERS.map(|(inputs, outputs)| {
        let variance = if outputs == OUTPUTS { 1.0 } else { 2.0 } / inputs as f32;
        let weight_bound = (3.0 * variance).sqrt();
        let bias_bound = (1.0 / inputs as f32).sqrt();
        Layer {
            weight: (0..inputs * outputs)
                .map(|_| uniform(random, weight_bound))
                .collect(),
            bias: (0..outputs).map(|_| uniform(random, bias_bound)).collect(),
        }
    })
}

fn draw_preprocessor(random: &mut Xoshiro256PlusPlus) -> Standardisation {
    let mut around = |(centre, spread)| centre + uniform(random, spread);
    Standardisation {
        mean: [
            (60.0, 10.0),
            (0.0, 0.05),
            (0.0, 50.0),
            (0.0, 50.0),
            (0.0, 50.0),
        ]
        .map(&mut around),
        std: [
            (40.0, 5.0),
            (0.4, 0.05),
            (500.0, 50.0),
            (500.0, 50.0),
            (500.0, 50.0),
        ]
        .map(&mut around),
    }
}

/// A value from -bound to bound; 24 random bits fill the significand of an f32 exactly.
fn uniform(random: &mut Xoshiro256PlusPlus, bound: f32) -> f32 {
    let unit = (random.next_u64() >> 40) as f32 / (1_u32 << 24) as f32;
    (2.0 * unit - 1.0) * bound
}

fn describe(version: &str, seed: u64, files: FileDigests) -> ModelCard {
    let units = ["km/h", "1", "1", "1", "1"];
    let ranges = [SPEED_KMH, STEERING, SENSOR, SENSOR, SENSOR];
    let input = |index: usize| InputDescription {
        name: INPUT_NAMES[index].to_owned(),
        unit: units[index].to_owned(),
        low: *ranges[index].start(),
        high: *ranges[index].end(),
    };
    let output = |index: usize| OutputDescription {
        name: OUTPUT_NAMES[index].to_owned(),
        low: [0.0, 0.0, -1.0][index],
        high: 1.0,
        exploration_std: [0.05, 0.05, 0.1][index],
    };
    ModelCard {
        model_name: "carla-rl-policy".to_owned(),
        version: version.to_owned(),
        architecture: Architecture::served(),
        inputs: std::array::from_fn(input),
        outputs: std::array::from_fn(output),
        seed,
        created_by: format!("policy-server {TOOL_VERSION}"),
        files,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::Model;

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
        assert_eq!(contents("1", 7).unwrap(), contents("1", 7).unwrap());
        assert_ne!(contents("1", 7).unwrap()[0], contents("1", 8).unwrap()[0]);
        assert_ne!(contents("1", 7).unwrap()[1], contents("1", 8).unwrap()[1]);
    }

    #[test]
    fn a_version_is_written_once_and_found_again() {
        let output = tempfile::tempdir().unwrap();
        let folder = output.path().join("1.0.0");
        let create = |seed| create(output.path(), "1.0.0", seed);
        assert_eq!(create(3).unwrap(), Created::Written(folder.clone()));
        assert_eq!(create(3).unwrap(), Created::AlreadyThere(folder.clone()));
        assert_eq!(Model::load(&folder).unwrap().card.seed, 3);

        let error = create(4).unwrap_err().to_string();
        assert!(error.contains("its model.safetensors differs"), "{error}");
        assert_eq!(Model::load(&folder).unwrap().card.seed, 3);
        assert_eq!(
            fs::read_dir(output.path()).unwrap().count(),
            1,
            "nothing unfinished is left"
        );
    }

    #[test]
    fn a_version_cannot_leave_its_folder() {
        let output = tempfile::tempdir().unwrap();
        for version in ["", "../up", "a/b", ".hidden", "1 0"] {
            let error = create(output.path(), version, 1).unwrap_err().to_string();
            assert!(error.starts_with("--version: "), "{error}");
        }
    }
}
