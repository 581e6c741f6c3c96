//! What holds of every drawing, whatever is drawn.

use proptest::prelude::*;

use super::{Drawing, Ink, Lanes, Mark, Panel, Scale};

/// Numbers that nobody expects, and ordinary ones.
pub(super) fn hostile() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => 0.0..1000.0,
        2 => prop::num::f64::ANY,
        1 => prop::sample::select(vec![
            0.0, -0.0, 1.0, -1.0, 1e300, -1e300, f64::MAX, f64::MIN, f64::MIN_POSITIVE, 5e-324, 0.1, 100.0, f64::NAN, f64::INFINITY,
        ]),
    ]
}

/// Axes of every kind around such numbers.
pub(super) fn scales() -> impl Strategy<Value = Scale> {
    (0..7, prop::collection::vec(hostile(), 0..5)).prop_map(|(kind, values)| {
        let first = values.first().copied().unwrap_or(1.0);
        let second = values.get(1).copied().unwrap_or(first);
        let made = match kind {
            0 => Scale::around(values),
            1 => Scale::near(values),
            2 => Scale::from_zero(values),
            3 => Scale::logarithmic(values),
            4 => Some(Scale::linear(first, second)),
            5 => Some(Scale::symmetric(first, second)),
            _ => Some(Scale::percentiles(first)),
        };
        made.unwrap_or(Scale::linear(0.0, 1.0))
    })
}

const HEIGHT: f64 = 120.0;

fn panel(across: Scale, upright: Scale) -> Panel {
    Panel {
        across,
        upright,
        top: 30.0,
        height: HEIGHT,
    }
}

/// Every mark that there is, through these points.
fn everything(across: Scale, upright: Scale, points: &[(f64, f64)], words: &str) -> String {
    let mut drawing = Drawing::new("id", words, words);
    let panel = panel(across.clone(), upright);
    panel.upright_axis(&mut drawing, words);
    panel.axis_across(&mut drawing, words);
    panel.areas(&mut drawing, Ink::MAIN, [points.iter().copied()]);
    panel.curves(&mut drawing, Ink::MAIN, [points.iter().copied()]);
    panel.dots(&mut drawing, Ink::MAIN, points.iter().copied());
    panel.bars(
        &mut drawing,
        Ink::MAIN,
        points.iter().map(|(x, y)| (*x, *y, *y)),
    );
    panel.partings(&mut drawing, points.iter().map(|point| point.0));
    for (x, y) in points {
        panel.point(&mut drawing, Mark::Cross, Ink::BAD, (*x, *y));
        panel.span(&mut drawing, Ink::MAIN, *x, (Some(*y), None));
        panel.level(&mut drawing, Ink::LIMIT, *y, words);
        panel.divider(&mut drawing, Ink::LIMIT, *x, words);
        panel.notch(&mut drawing, Ink::LIMIT, (*x, *y), words);
        panel.words(&mut drawing, (*x, *y), words);
        panel.words_above(&mut drawing, (*x, *y), words);
        panel.words_at_end(&mut drawing, *y, words);
    }
    let mut lanes = Lanes::new(across, (10.0, 83.0));
    lanes.heading(&mut drawing, words);
    for (x, y) in points {
        lanes.lane(&mut drawing, (words, words), words, |lane| {
            lane.band(Ink::PLAIN, (*x, *y));
            lane.interval(Ink::MAIN, *x, (None, Some(*y)));
            lane.parts(Ink::MAIN, &[*x, *y]);
            lane.limit(Ink::LIMIT, *y);
            lane.point(Mark::Diamond, Ink::SECOND, *x);
        });
    }
    lanes.rule(&mut drawing, Ink::PLAIN, 0.0);
    let height = lanes.finish(&mut drawing, (words, words));
    drawing.finish(height)
}

/// The numbers in the values of an attribute.
fn numbers(svg: &str, attribute: &str) -> Vec<f64> {
    let beginning = format!(" {attribute}=\"");
    let values = svg.split(beginning.as_str()).skip(1);
    let values = values.filter_map(|rest| rest.split('"').next());
    values
        .flat_map(|value| {
            value.split(|letter: char| !(letter.is_ascii_digit() || "-.".contains(letter)))
        })
        .filter_map(|number| number.parse().ok())
        .collect()
}

proptest! {
    #[test]
    fn hostile_numbers_are_drawn_inside_or_not_at_all(
        across in scales(),
        upright in scales(),
        points in prop::collection::vec((hostile(), hostile()), 0..8),
    ) {
        let svg = everything(across, upright, &points, "words");
        prop_assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        for attribute in ["x", "x1", "x2", "cx", "width"] {
            prop_assert!(numbers(&svg, attribute).iter().all(|share| (0.0..=100.0).contains(share)), "{attribute}: {svg}");
        }
    }

    #[test]
    fn nothing_stands_at_the_edge_that_lies_beyond_it(beyond in 1.0001..1e300_f64, inside in 0.0..=1.0_f64) {
        let of = |points: &[(f64, f64)]| {
            let mut drawing = Drawing::new("id", "title", "description");
            let panel = panel(Scale::linear(0.0, 1.0), Scale::linear(0.0, 1.0));
            panel.areas(&mut drawing, Ink::MAIN, [points.iter().copied()]);
            panel.curves(&mut drawing, Ink::MAIN, [points.iter().copied()]);
            panel.partings(&mut drawing, points.iter().map(|point| point.0).filter(|x| *x != inside));
            for point in points {
                panel.point(&mut drawing, Mark::Cross, Ink::BAD, *point);
                panel.notch(&mut drawing, Ink::LIMIT, *point, "limit");
                panel.words(&mut drawing, *point, "words");
                panel.words_above(&mut drawing, *point, "words");
                panel.span(&mut drawing, Ink::MAIN, point.0, (Some(point.1), None));
            }
            drawing.finish(panel.bottom_with_labels())
        };
        prop_assert_eq!(of(&[(beyond, inside), (inside, beyond), (-beyond, inside), (inside, -beyond)]), of(&[]));
        let mut drawing = Drawing::new("id", "title", "description");
        panel(Scale::linear(0.0, 1.0), Scale::linear(0.0, 1.0)).divider(&mut drawing, Ink::LIMIT, beyond, "change");
        prop_assert!(!drawing.finish(1.0).contains("change"));
    }

    #[test]
    fn paths_stay_in_the_frame(
        across in scales(),
        upright in scales(),
        points in prop::collection::vec((hostile(), hostile()), 0..40),
    ) {
        let mut drawing = Drawing::new("id", "title", "description");
        let panel = panel(across, upright);
        panel.upright_axis(&mut drawing, "");
        panel.axis_across(&mut drawing, "");
        panel.areas(&mut drawing, Ink::MAIN, [points.iter().copied()]);
        panel.curves(&mut drawing, Ink::MAIN, [points.iter().copied()]);
        panel.bars(&mut drawing, Ink::MAIN, points.iter().map(|(x, y)| (*x, *y, *y)));
        let svg = drawing.finish(panel.bottom_with_labels());
        let inside = numbers(&svg, "d").into_iter().all(|number| (0.0..=1000.0).contains(&number));
        prop_assert!(inside, "{svg}");
        let high = svg.split(" d=\"").skip(1).filter_map(|rest| rest.split('"').next());
        for path in high {
            for verticals in path.split('V').skip(1) {
                let digits: String = verticals.chars().take_while(|letter| letter.is_ascii_digit() || *letter == '.').collect();
                prop_assert!(digits.parse::<f64>().unwrap() <= HEIGHT, "{path}");
            }
        }
    }

    #[test]
    fn hostile_words_are_only_words(words in "[<>\"'&a-z]{0,12}") {
        let svg = everything(Scale::linear(0.0, 1.0), Scale::linear(0.0, 1.0), &[(0.5, 0.5)], &words);
        let plain = everything(Scale::linear(0.0, 1.0), Scale::linear(0.0, 1.0), &[(0.5, 0.5)], &"w".repeat(words.chars().count()));
        prop_assert_eq!(svg.matches('<').count(), plain.matches('<').count());
        prop_assert_eq!(svg.matches('"').count(), plain.matches('"').count());
    }
}

#[test]
fn a_chart_carries_no_style_and_no_script_and_says_what_it_is() {
    let svg = everything(
        Scale::linear(0.0, 9.0),
        Scale::linear(0.0, 9.0),
        &[(1.0, 2.0)],
        "words",
    );
    assert!(!svg.contains("style") && !svg.contains("<script") && !svg.contains("href"));
    assert!(svg.contains(r#"role="img" aria-labelledby="id-title id-desc""#));
    assert!(svg.contains(r#"<title id="id-title">"#) && svg.contains(r#"<desc id="id-desc">"#));
}

#[test]
fn a_panel_looks_as_it_did() {
    let mut drawing = Drawing::new(
        "panel",
        "Latency over time",
        "Two lines, a limit and a point.",
    );
    let panel = panel(Scale::linear(0.0, 30.0), Scale::linear(0.0, 52.5));
    panel.upright_axis(&mut drawing, "ms");
    panel.axis_across(&mut drawing, "seconds");
    let line = [(0.5, 12.0), (10.0, 14.0), (20.0, 40.0), (29.5, 15.0)];
    panel.areas(&mut drawing, Ink::MAIN, [line]);
    panel.curves(&mut drawing, Ink::MAIN, [line]);
    panel.curves(&mut drawing, Ink::SECOND, [[(0.5, 5.0), (29.5, 6.0)]]);
    panel.partings(&mut drawing, [15.0]);
    panel.level(&mut drawing, Ink::LIMIT, 50.0, "limit 50");
    panel.span(&mut drawing, Ink::MAIN, 10.0, (Some(10.0), None));
    panel.point(&mut drawing, Mark::Dot, Ink::MAIN, (10.0, 14.0));
    panel.point(&mut drawing, Mark::Cross, Ink::BAD, (20.0, 0.0));
    panel.words(&mut drawing, (20.0, 40.0), "p99 40 ms");
    let svg = drawing.finish(panel.bottom_with_labels());
    golden(
        "panel.svg",
        include_str!("../../tests/charts/panel.svg"),
        &svg,
    );
}

#[test]
fn lanes_look_as_they_did() {
    let mut drawing = Drawing::new(
        "lanes",
        "Latency of a scenario",
        "A value, its repetitions and its limit.",
    );
    let mut lanes = Lanes::new(Scale::logarithmic([0.31, 9.0]).unwrap(), (10.0, 83.0));
    lanes.heading(&mut drawing, "batch_1");
    lanes.lane(
        &mut drawing,
        ("p95", "3.2"),
        "batch_1 p95: 3.2 ms",
        |lane| {
            lane.band(Ink::PLAIN, (0.5, 5.0));
            lane.interval(Ink::MAIN, 3.2, (Some(2.0), None));
            lane.parts(Ink::MAIN, &[2.5, 3.0, 4.1]);
            lane.limit(Ink::LIMIT, 9.0);
            lane.point(Mark::Dot, Ink::MAIN, 3.2);
        },
    );
    lanes.lane(&mut drawing, ("p99", "31"), "batch_1 p99: 31 ms", |lane| {
        lane.point(Mark::Cross, Ink::BAD, 31.0);
    });
    lanes.rule(&mut drawing, Ink::PLAIN, 1.0);
    let height = lanes.finish(&mut drawing, ("", "ms"));
    let svg = drawing.finish(height);
    golden(
        "lanes.svg",
        include_str!("../../tests/charts/lanes.svg"),
        &svg,
    );
}

/// Compares element by element, one a line; the file is the picture that was looked at.
fn golden(name: &str, expected: &str, svg: &str) {
    let lines = svg.replace("><", ">\n<") + "\n";
    assert!(
        expected == lines,
        "tests/charts/{name} is another picture; now it is:\n{lines}"
    );
}
