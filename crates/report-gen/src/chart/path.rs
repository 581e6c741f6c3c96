use super::drawing::{Short, put};

/// How wide a panel's own coordinates are: a drawing inside it is stretched to the page.
pub(super) const WIDTH: f64 = 1000.0;

/// Points nearer to each other than this share a column, which keeps its lowest and highest.
const COLUMN: f64 = 4.0;

/// A line through points in a panel's coordinates, left to right, as path data. Where many points share a column, its
/// first, last, lowest and highest stand for them: no extreme is lost.
pub(super) fn line(points: impl IntoIterator<Item = (f64, f64)>) -> String {
    let mut data = String::new();
    for (x, y) in thinned(points) {
        let command = if data.is_empty() { "M" } else { " " };
        put(
            &mut data,
            format_args!("{command}{} {}", x.round(), Short(y)),
        );
    }
    data
}

/// A line from side to side.
pub(super) fn across(y: f64) -> String {
    format!("M0 {}H{WIDTH}", Short(y))
}

/// A line from top to bottom.
pub(super) fn upright(x: f64, height: f64) -> String {
    format!("M{} 0V{}", x.round(), Short(height))
}

/// What lies between such a line and the ground.
pub(super) fn area(points: impl IntoIterator<Item = (f64, f64)>, ground: f64) -> String {
    let points = thinned(points);
    let Some((beginning, _)) = points.first().copied() else {
        return String::new();
    };
    let mut data = line(points);
    put(
        &mut data,
        format_args!("V{}H{}Z", Short(ground), beginning.round()),
    );
    data
}

/// A bar that stands on the ground, with a hair's breadth to its neighbours.
pub(super) fn bar(left: f64, right: f64, top: f64, ground: f64) -> String {
    let (from, to) = (left.min(right), left.max(right));
    let gap = ((to - from) * 0.1).min(1.0);
    let mut data = String::new();
    put(
        &mut data,
        format_args!(
            "M{} {}V{}H{}V{}Z",
            Short(from + gap),
            Short(ground),
            Short(top),
            Short(to - gap),
            Short(ground)
        ),
    );
    data
}

fn thinned(points: impl IntoIterator<Item = (f64, f64)>) -> Vec<(f64, f64)> {
    let mut kept = Vec::new();
    let mut column: Vec<(f64, f64)> = Vec::new();
    for point in points {
        let same = column
            .first()
            .is_none_or(|first| (first.0 / COLUMN).floor() == (point.0 / COLUMN).floor());
        if !same {
            keep_extremes(&mut column, &mut kept);
        }
        column.push(point);
    }
    keep_extremes(&mut column, &mut kept);
    kept
}

fn keep_extremes(column: &mut Vec<(f64, f64)>, kept: &mut Vec<(f64, f64)>) {
    let by_height =
        |one: &(usize, &(f64, f64)), other: &(usize, &(f64, f64))| one.1.1.total_cmp(&other.1.1);
    let place = |found: Option<(usize, &(f64, f64))>| found.map(|(place, _)| place);
    let mut places: Vec<usize> = [
        (!column.is_empty()).then_some(0),
        place(column.iter().enumerate().min_by(by_height)),
        place(column.iter().enumerate().max_by(by_height)),
        column.len().checked_sub(1),
    ]
    .into_iter()
    .flatten()
    .collect();
    places.sort_unstable();
    places.dedup();
    kept.extend(places.into_iter().filter_map(|place| column.get(place)));
    column.clear();
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn thinning_loses_no_extreme_and_no_end(heights in prop::collection::vec(0.0..260.0_f64, 1..4000)) {
            let step = WIDTH / heights.len() as f64;
            let points: Vec<(f64, f64)> = heights.iter().enumerate().map(|(place, height)| (place as f64 * step, *height)).collect();
            let kept = thinned(points.iter().copied());
            let highest = |points: &[(f64, f64)]| points.iter().map(|point| point.1).fold(f64::MIN, f64::max);
            let lowest = |points: &[(f64, f64)]| points.iter().map(|point| point.1).fold(f64::MAX, f64::min);
            prop_assert_eq!((lowest(&kept), highest(&kept)), (lowest(&points), highest(&points)));
            prop_assert_eq!((kept.first(), kept.last()), (points.first(), points.last()));
            prop_assert!(kept.len() <= 4 * 251);
            prop_assert!(kept.windows(2).all(|pair| pair[0].0 <= pair[1].0));
        }
    }

    #[test]
    fn paths_are_written_short() {
        assert_eq!(
            line([(0.0, 1.04), (499.6, 20.0), (1000.0, 33.35)]),
            "M0 1 500 20 1000 33.4"
        );
        assert_eq!(area([(0.0, 1.0), (10.0, 2.0)], 90.0), "M0 1 10 2V90H0Z");
        assert_eq!(bar(0.0, 100.0, 5.0, 90.0), "M1 90V5H99V90Z");
        assert_eq!(line([]), "");
    }
}
