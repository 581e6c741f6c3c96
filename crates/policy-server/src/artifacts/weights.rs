//! `model.safetensors`: the tensors of the network by name.

use std::path::Path;

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

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

/// The layers of the network, in order.
type Network<const LAST: usize> = (
    Dense<INPUTS, HIDDEN>,
    Dense<HIDDEN, HIDDEN>,
    Dense<HIDDEN, LAST>,
);

/// The tensors in the safetensors format; the same layers always give the same bytes.
pub(super) fn encode(layers: &[Layer; 3]) -> Result<Vec<u8>, Error> {
    let tensors: Vec<(String, Vec<usize>, Vec<u8>)> = layers
        .iter()
        .zip(LAYERS)
        .enumerate()
        .flat_map(|(index, (layer, (inputs, outputs)))| {
            [
                (
                    weight_name(index),
                    vec![outputs, inputs],
                    to_bytes(&layer.weight),
                ),
                (bias_name(index), vec![outputs], to_bytes(&layer.bias)),
            ]
        })
        .collect();
    let views = tensors
        .iter()
        .map(|(name, shape, bytes)| Ok((name, TensorView::new(Dtype::F32, shape.clone(), bytes)?)))
        .collect::<Result<Vec<_>, Error>>()?;
    Ok(safetensors::serialize(views, None)?)
}

/// The layers out of the bytes of `path`, their shapes and values checked.
pub(super) fn decode<const LAST: usize>(path: &Path, bytes: &[u8]) -> Result<Network<LAST>, Error> {
    let file = SafeTensors::deserialize(bytes)
        .map_err(|error| Error::invalid(path, format!("not a safetensors file: {error}")))?;
    let mut layers = Vec::with_capacity(LAYERS.len());
    for (index, (inputs, outputs)) in LAYERS.into_iter().enumerate() {
        let weight = tensor(path, &file, &weight_name(index), &[outputs, inputs])?;
        let bias = tensor(path, &file, &bias_name(index), &[outputs])?;
        layers.push(Layer { weight, bias });
    }
    if file.len() != 2 * LAYERS.len() {
        let reason = format!(
            "{} tensors found, {} expected",
            file.len(),
            2 * LAYERS.len()
        );
        return Err(Error::invalid(path, reason));
    }
    let [first, second, last] = layers.as_slice() else {
        return Err(Error::invalid(path, "three layers expected"));
    };
    Ok((
        Dense::from_rows(&first.weight, &first.bias),
        Dense::from_rows(&second.weight, &second.bias),
        Dense::from_rows(&last.weight, &last.bias),
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
    let values: Vec<f32> = view
        .data()
        .chunks_exact(size_of::<f32>())
        .map(|bytes| {
            bytes
                .iter()
                .rev()
                .fold(0_u32, |bits, &byte| bits << 8 | u32::from(byte))
        })
        .map(f32::from_bits)
        .collect();
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
        decode::<4>(Path::new("m"), bytes).unwrap_err().to_string()
    }

    fn with_tensor(name: &str, shape: Vec<usize>, values: &[f32]) -> Vec<u8> {
        let bytes = to_bytes(values);
        let view = TensorView::new(Dtype::F32, shape, &bytes).unwrap();
        safetensors::serialize([(name, view)], None).unwrap()
    }

    #[test]
    fn what_was_encoded_is_decoded_again() {
        let bytes = encode(&layers()).unwrap();
        assert!(decode::<4>(Path::new("m"), &bytes).is_ok());
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
