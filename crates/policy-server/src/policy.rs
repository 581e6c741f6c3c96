//! The policy: a multilayer perceptron 5 → 64 → 64 → 3 (ReLU, ReLU, tanh) in f32.

use serde::{Deserialize, Serialize};

/// Inputs of the network: speed, steering and the sensors.
pub(crate) const INPUTS: usize = 2 + SENSORS;
/// Sensor values that the network takes.
pub(crate) const SENSORS: usize = 3;
/// Width of each hidden layer.
pub(crate) const HIDDEN: usize = 64;
/// Outputs of the network: throttle, brake and steer before scaling.
pub(crate) const OUTPUTS: usize = 3;

/// Names of the inputs, in order.
pub(crate) const INPUT_NAMES: [&str; INPUTS] = [
    "speed",
    "steering",
    "sensors[0]",
    "sensors[1]",
    "sensors[2]",
];
/// Names of the actions, in order.
pub(crate) const OUTPUT_NAMES: [&str; OUTPUTS] = ["throttle", "brake", "steer"];

/// Outputs summed at a time: 32 f32 fill half of the sixteen SSE registers, so sums stay in registers.
const LANES: usize = 32;

/// What the car is to do.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Action {
    /// From 0 (none) to 1 (full).
    pub(crate) throttle: f32,
    /// From 0 (none) to 1 (full).
    pub(crate) brake: f32,
    /// From -1 (full left) to 1 (full right).
    pub(crate) steer: f32,
}

/// One fully connected layer.
#[derive(Debug, Clone)]
pub(crate) struct Dense<const IN: usize, const OUT: usize> {
    /// Weights by input, so that the inner loop runs over outputs: independent sums vectorise
    /// without reordering a floating-point addition.
    by_input: Box<[[f32; OUT]; IN]>,
    bias: [f32; OUT],
}

impl<const IN: usize, const OUT: usize> Dense<IN, OUT> {
    /// A layer from row-major weights `[outputs, IN]` and their biases, as safetensors holds them.
    pub(crate) fn from_rows(rows: &[f32], bias: [f32; OUT]) -> Self {
        let mut by_input = Box::new([[0.0; OUT]; IN]);
        for (output, row) in rows.chunks_exact(IN).enumerate() {
            for (input, &weight) in row.iter().enumerate() {
                by_input[input][output] = weight;
            }
        }
        Self { by_input, bias }
    }

    fn apply(&self, inputs: &[f32; IN]) -> [f32; OUT] {
        let mut outputs = self.bias;
        for (block, sums) in outputs.chunks_mut(LANES).enumerate() {
            let first = block * LANES;
            for (&input, weights) in inputs.iter().zip(self.by_input.iter()) {
                for (sum, &weight) in sums.iter_mut().zip(&weights[first..]) {
                    *sum += input * weight;
                }
            }
        }
        outputs
    }
}

/// How each input is brought to mean 0 and standard deviation 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Standardisation {
    /// Mean of each input, in the input's own unit.
    pub(crate) mean: [f32; INPUTS],
    /// Standard deviation of each input, in the input's own unit.
    pub(crate) std: [f32; INPUTS],
}

impl Standardisation {
    fn apply(&self, inputs: &[f32; INPUTS]) -> [f32; INPUTS] {
        std::array::from_fn(|i| (inputs[i] - self.mean[i]) / self.std[i])
    }
}

/// The network with the standardisation of its inputs.
#[derive(Debug, Clone)]
pub(crate) struct Policy {
    /// Applied to the inputs first.
    pub(crate) standardisation: Standardisation,
    /// Inputs to the first hidden layer.
    pub(crate) first: Dense<INPUTS, HIDDEN>,
    /// First to second hidden layer.
    pub(crate) second: Dense<HIDDEN, HIDDEN>,
    /// Second hidden layer to the outputs.
    pub(crate) last: Dense<HIDDEN, OUTPUTS>,
}

impl Policy {
    /// The action for one observation: speed in km/h, steering, then the sensors.
    pub(crate) fn act(&self, inputs: &[f32; INPUTS]) -> Action {
        let standardised = self.standardisation.apply(inputs);
        let hidden = self.first.apply(&standardised).map(relu);
        let hidden = self.second.apply(&hidden).map(relu);
        let [throttle, brake, steer] = self.last.apply(&hidden).map(f32::tanh);
        Action {
            throttle: (throttle + 1.0) / 2.0,
            brake: (brake + 1.0) / 2.0,
            steer,
        }
    }
}

fn relu(value: f32) -> f32 {
    value.max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_multiplies_rows_and_adds_the_bias() {
        let layer = Dense::<2, 2>::from_rows(&[1.0, 2.0, 3.0, 4.0], [0.5, -0.5]);
        assert_eq!(layer.apply(&[10.0, 100.0]), [210.5, 429.5]);
    }

    #[test]
    fn a_layer_wider_than_one_block_reaches_every_output() {
        let rows: Vec<f32> = (0..64).map(|row| row as f32).collect();
        let layer = Dense::<1, 64>::from_rows(&rows, [1.0; 64]);
        let outputs = layer.apply(&[2.0]);
        assert!(
            outputs
                .iter()
                .enumerate()
                .all(|(row, &output)| output == 2.0 * row as f32 + 1.0)
        );
    }

    #[test]
    fn standardisation_subtracts_the_mean_and_divides_by_the_deviation() {
        let standardisation = Standardisation {
            mean: [1.0, 2.0, 3.0, 4.0, 5.0],
            std: [1.0, 2.0, 4.0, 0.5, 1.0],
        };
        assert_eq!(
            standardisation.apply(&[2.0, 4.0, 1.0, 5.0, 5.0]),
            [1.0, 1.0, -0.5, 2.0, 0.0]
        );
    }
}
