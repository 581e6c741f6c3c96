//! `model.safetensors`: the tensors of the network by name.

use std::path::Path;

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use super::MODEL_FILE;
use crate::error::Error;
use crate::policy::{Dense, HIDDEN, INPUTS, OUTPUTS};

/// Inputs and outputs of each layer, in order.
pub(super) const LAYERS: [(usize, usize); 3] =
    [(INPUTS, HIDDEN), (HIDDEN, HIDDEN), (HIDDEN, OUTPUTS)];

/// One layer as it stands in the file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layer {
    /// Row-major, `[outputs, inputs]`.
    pub(super) weight: Vec<f32>,
    /// `[outputs]`.
    pub(super) bias: Vec<f32>,
}

/// The tensors in the safetensors format; the same layers always give the same bytes.
pub(super) fn encode(layers: &[Layer; 3]) -> Result<Vec<u8>, Error> {
    let mut tensors = Vec::new();
    for (index, (layer, (inputs, outputs))) in layers.iter().zip(LAYERS).enumerate() {
        let weight = (
            weight_name(index),
            vec![outputs, inputs],
            to_bytes(&layer.weight),
        );
        let bias = (bias_name(index), vec![outputs], to_bytes(&layer.bias));
        tensors.extend([weight, bias]);
    }
    tensors
        .iter()
        .map(|(name, shape, bytes)| Ok((name, TensorView::new(Dtype::F32, shape.clone(), bytes)?)))
        .collect::<Result<Vec<_>, _>>()
        .and_then(|views| safetensors::serialize(views, None))
        .map_err(Error::encode(MODEL_FILE))
}

/// The three layers out of the bytes of `path`, their shapes and values checked.
pub(super) fn decode(
    path: &Path,
    bytes: &[u8],
) -> Result<
    (
        Dense<INPUTS, HIDDEN>,
        Dense<HIDDEN, HIDDEN>,
        Dense<HIDDEN, OUTPUTS>,
    ),
    Error,
> {
    let file = SafeTensors::deserialize(bytes)
        .map_err(|error| Error::invalid(path, format!("not a safetensors file: {error}")))?;
    Ok((
        layer(path, &file, 0)?,
        layer(path, &file, 1)?,
        layer(path, &file, 2)?,
    ))
}

fn layer<const IN: usize, const OUT: usize>(
    path: &Path,
    file: &SafeTensors,
    index: usize,
) -> Result<Dense<IN, OUT>, Error> {
    let weight = tensor(path, file, &weight_name(index), &[OUT, IN])?;
    let bias = tensor(path, file, &bias_name(index), &[OUT])?;
    Ok(Dense::from_rows(
        &weight,
        std::array::from_fn(|output| bias[output]),
    ))
}

fn tensor(path: &Path, file: &SafeTensors, name: &str, shape: &[usize]) -> Result<Vec<f32>, Error> {
    let view = file.tensor(name).map_err(|_| {
        let mut names = file.names();
        names.sort_unstable();
        Error::invalid(
            path,
            format!("no tensor {name}; found {}", names.join(", ")),
        )
    })?;
    if view.dtype() != Dtype::F32 {
        let reason = format!("tensor {name}: type {:?} found, F32 expected", view.dtype());
        return Err(Error::invalid(path, reason));
    }
    if view.shape() != shape {
        let reason = format!(
            "tensor {name}: shape {:?} found, {shape:?} expected",
            view.shape()
        );
        return Err(Error::invalid(path, reason));
    }
    let (words, _) = view.data().as_chunks();
    let values: Vec<f32> = words.iter().map(|word| f32::from_le_bytes(*word)).collect();
    match values.iter().position(|value| !value.is_finite()) {
        Some(index) => {
            let reason = format!(
                "tensor {name}: value {index} is {}, not a number",
                values[index]
            );
            Err(Error::invalid(path, reason))
        }
        None => Ok(values),
    }
}

fn to_bytes(values: &[f32]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

fn weight_name(layer: usize) -> String {
    format!("layers.{layer}.weight")
}

fn bias_name(layer: usize) -> String {
    format!("layers.{layer}.bias")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layers() -> [Layer; 3] {
        LAYERS.map(|(inputs, outputs)| Layer {
            weight: vec![0.5; inputs * outputs],
            bias: vec![-0.25; outputs],
        })
    }

    fn refusal(bytes: &[u8]) -> String {
        decode(Path::new("m"), bytes).unwrap_err().to_string()
    }

    fn with_tensor(name: &str, shape: Vec<usize>, values: &[f32]) -> Vec<u8> {
        let bytes = to_bytes(values);
        let view = TensorView::new(Dtype::F32, shape, &bytes).unwrap();
        safetensors::serialize([(name, view)], None).unwrap()
    }

    #[test]
    fn what_was_encoded_is_decoded_again() {
        let bytes = encode(&layers()).unwrap();
        assert!(decode(Path::new("m"), &bytes).is_ok());
        assert_eq!(bytes, encode(&layers()).unwrap());
    }

    #[test]
    fn a_wrong_shape_names_tensor_found_and_expected() {
        let bytes = with_tensor("layers.0.weight", vec![5, 64], &[0.0; 320]);
        assert_eq!(
            refusal(&bytes),
            "m: tensor layers.0.weight: shape [5, 64] found, [64, 5] expected"
        );
    }

    #[test]
    fn a_missing_tensor_names_those_that_are_there() {
        let bytes = with_tensor("dense.weight", vec![1], &[0.0]);
        assert_eq!(
            refusal(&bytes),
            "m: no tensor layers.0.weight; found dense.weight"
        );
    }

    #[test]
    fn a_weight_that_is_not_a_number_is_refused() {
        let mut layers = layers();
        layers[0].weight[7] = f32::NAN;
        let refusal = refusal(&encode(&layers).unwrap());
        assert_eq!(
            refusal,
            "m: tensor layers.0.weight: value 7 is NaN, not a number"
        );
    }

    #[test]
    fn bytes_of_another_kind_are_refused() {
        assert!(refusal(b"PK\x03\x04").contains("not a safetensors file"));
    }
}
