/// A least-squares line through points that come one by one, in constant memory.
///
/// Source: Welford (1962), Note on a method for calculating corrected sums of squares and products.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Slope {
    count: f64,
    mean_x: f64,
    mean_y: f64,
    squares_x: f64,
    products: f64,
}

impl Slope {
    /// Adds a point; points that are not finite are left out.
    pub fn add(&mut self, x: f64, y: f64) {
        if !(x.is_finite() && y.is_finite()) {
            return;
        }
        self.count += 1.0;
        let from_mean_x = x - self.mean_x;
        self.mean_x += from_mean_x / self.count;
        self.mean_y += (y - self.mean_y) / self.count;
        self.squares_x += from_mean_x * (x - self.mean_x);
        self.products += from_mean_x * (y - self.mean_y);
    }

    /// The slope in units of y for a unit of x; `None` for fewer than two distinct x.
    pub fn per_x(&self) -> Option<f64> {
        (self.squares_x > 0.0).then(|| self.products / self.squares_x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn slope(points: &[(f64, f64)]) -> Option<f64> {
        let mut slope = Slope::default();
        points.iter().for_each(|(x, y)| slope.add(*x, *y));
        slope.per_x()
    }

    #[test]
    fn too_few_points_have_no_slope() {
        assert_eq!(slope(&[]), None);
        assert_eq!(slope(&[(1.0, 2.0)]), None);
        assert_eq!(slope(&[(1.0, 2.0), (1.0, 3.0)]), None);
        assert_eq!(
            slope(&[(1.0, 2.0), (f64::NAN, 3.0), (2.0, f64::INFINITY)]),
            None
        );
    }

    #[test]
    fn constant_data_have_slope_zero() {
        assert_eq!(slope(&[(0.0, 7.0), (1.0, 7.0), (2.0, 7.0)]), Some(0.0));
    }

    proptest! {
        #[test]
        fn points_on_a_line_give_the_line(gradient in -1e3..1e3_f64, offset in -1e3..1e3_f64, count in 2_u32..50) {
            let points: Vec<(f64, f64)> =
                (0..count).map(f64::from).map(|x| (x, gradient * x + offset)).collect();
            prop_assert!((slope(&points).unwrap() - gradient).abs() < 1e-6 * (1.0 + gradient.abs() + offset.abs()));
        }
    }
}
