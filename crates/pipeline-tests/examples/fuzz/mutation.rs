//! One change of an input.

use std::collections::BTreeSet;
use std::ops::Range;

use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_xoshiro::Xoshiro256PlusPlus;

/// Beyond it nothing is repeated any further.
const LARGEST: usize = 2_000_000;

/// Values that readers stumble over, in JSON, XML and text.
const NASTY: [&str; 34] = [
    "null",
    "true",
    "[]",
    "{}",
    "\"\"",
    "0",
    "-0",
    "-1",
    "1e999",
    "1e-999",
    "NaN",
    "Infinity",
    "0.1e1",
    "255",
    "256",
    "65536",
    "4294967295",
    "4294967296",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\u{feff}",
    "<![CDATA[",
    "<!--",
    "]]>",
    "<!ENTITY x 'y'>",
    "&x;",
    "&#x110000;",
    "\r\n",
    "\0",
    ",",
    "\"",
];

/// What opens and never closes.
const OPENS: [&str; 6] = ["[", "{\"a\":", "[{\"a\":[", "<a>", "<a b='", "\""];

/// The words of the fixtures: keys, names, numbers.
pub(crate) struct Words(Vec<Vec<u8>>);

impl Words {
    pub(crate) fn of(inputs: &[Vec<u8>]) -> Words {
        let words: BTreeSet<Vec<u8>> = inputs
            .iter()
            .flat_map(|input| words(input))
            .map(|range| range.1.to_vec())
            .filter(|word| word.len() < 80)
            .collect();
        Words(words.into_iter().collect())
    }
}

/// Changes an input in one of a dozen ways.
pub(crate) fn mutate(
    input: &mut Vec<u8>,
    other: &[u8],
    words: &Words,
    random: &mut Xoshiro256PlusPlus,
) {
    let part = range(input.len(), random);
    match random.random_range(0..12) {
        0 => {
            let at = part.start.min(input.len().saturating_sub(1));
            if let Some(byte) = input.get_mut(at) {
                *byte = random.random();
            }
        }
        1 => input.truncate(part.start),
        2 => drop(input.drain(part)),
        3 => {
            let copy = input.get(part.clone()).unwrap_or_default().to_vec();
            insert(input, part.start, &copy);
        }
        4 => {
            let theirs = other.get(range(other.len(), random)).unwrap_or_default();
            let theirs = theirs.to_vec();
            drop(input.splice(part, theirs));
        }
        5 => insert(input, part.start, nasty(random)),
        6..=8 => replace_word(input, nasty(random), random),
        9 => {
            if let Some(word) = words.0.choose(random) {
                replace_word(input, &word.clone(), random);
            }
        }
        10 => {
            let depth = 1 << random.random_range(1..15);
            let open = OPENS.choose(random).copied().unwrap_or_default();
            insert(input, part.start, open.repeat(depth).as_bytes());
        }
        _ => {
            let copy = input.get(part.clone()).unwrap_or_default();
            let most = LARGEST.saturating_sub(input.len()) / copy.len().max(1);
            let times = (1 << random.random_range(1..17_usize)).min(most);
            let copies = copy.repeat(times);
            insert(input, part.start, &copies);
        }
    }
}

fn nasty(random: &mut Xoshiro256PlusPlus) -> &'static [u8] {
    NASTY.choose(random).map_or(&[], |text| text.as_bytes())
}

fn insert(input: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    drop(input.splice(at..at, bytes.iter().copied()));
}

fn replace_word(input: &mut Vec<u8>, with: &[u8], random: &mut Xoshiro256PlusPlus) {
    let all: Vec<Range<usize>> = words(input).map(|(range, _)| range).collect();
    if let Some(word) = all.choose(random) {
        drop(input.splice(word.clone(), with.iter().copied()));
    }
}

/// Somewhere in so many bytes: mostly a few of them, now and then all that follow.
fn range(length: usize, random: &mut Xoshiro256PlusPlus) -> Range<usize> {
    let start = random.random_range(0..=length);
    let most = if random.random() { 32 } else { length };
    let end = start + random.random_range(0..=most.min(length - start));
    start..end
}

/// Each run of letters, digits and what numbers are made of, with its quotes if it has any.
fn words(input: &[u8]) -> impl Iterator<Item = (Range<usize>, &[u8])> {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.-+\"".contains(byte);
    let mut start = 0;
    input
        .chunk_by(move |one, next| is_word(one) == is_word(next))
        .filter_map(move |chunk| {
            let range = start..start + chunk.len();
            start = range.end;
            chunk.first().is_some_and(is_word).then_some((range, chunk))
        })
}
