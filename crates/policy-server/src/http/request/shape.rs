//! The JSON shape of a request. Lists are counted to their end but kept only as far as they may
//! go, so that a long list costs no memory.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::limits::OBSERVATIONS;
use crate::policy::SENSORS;

/// What is missing is left to the check of ranges, which finds all of it at once.
#[derive(Debug, serde::Deserialize)]
pub(super) struct PredictRequest {
    pub(super) observations: Option<Capped<Object<Observation>>>,
    #[serde(default)]
    pub(super) deterministic: bool,
}

#[derive(Debug, serde::Deserialize)]
pub(super) struct Observation {
    pub(super) speed: Option<f64>,
    pub(super) steering: Option<f64>,
    pub(super) sensors: Option<Sensors>,
}

/// A JSON object only: serde's derived structs would take a list of their fields as well.
#[derive(Debug)]
pub(super) struct Object<T>(pub(super) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfMap<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for OfMap<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }

        deserializer.deserialize_map(OfMap(PhantomData))
    }
}

/// A list of which as many values are kept as a request may have observations.
#[derive(Debug)]
pub(super) struct Capped<T> {
    pub(super) kept: Vec<T>,
    /// All values, kept or not.
    pub(super) count: usize,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Capped<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfList<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for OfList<T> {
            type Value = Capped<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of objects")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Capped<T>, A::Error> {
                let mut kept = Vec::new();
                while kept.len() < *OBSERVATIONS.end() {
                    match list.next_element()? {
                        Some(value) => kept.push(value),
                        None => break,
                    }
                }
                let count = kept.len() + count_rest(&mut list)?;
                Ok(Capped { kept, count })
            }
        }

        deserializer.deserialize_seq(OfList(PhantomData))
    }
}

/// The sensor values of one observation.
#[derive(Debug, Default)]
pub(super) struct Sensors {
    /// As many as the network takes; 0 where there are fewer.
    pub(super) first: [f64; SENSORS],
    /// All values.
    pub(super) count: usize,
}

impl<'de> Deserialize<'de> for Sensors {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfNumbers;

        impl<'de> Visitor<'de> for OfNumbers {
            type Value = Sensors;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of numbers")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Sensors, A::Error> {
                let mut sensors = Sensors::default();
                while let Some(place) = sensors.first.get_mut(sensors.count) {
                    match list.next_element()? {
                        Some(value) => *place = value,
                        None => return Ok(sensors),
                    }
                    sensors.count += 1;
                }
                sensors.count += count_rest(&mut list)?;
                Ok(sensors)
            }
        }

        deserializer.deserialize_seq(OfNumbers)
    }
}

fn count_rest<'de, A: SeqAccess<'de>>(list: &mut A) -> Result<usize, A::Error> {
    let mut count = 0;
    while list.next_element::<IgnoredAny>()?.is_some() {
        count += 1;
    }
    Ok(count)
}
