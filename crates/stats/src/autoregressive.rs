/// The line through points (x, y) by least squares, were the noise of neighbours so much alike.
pub struct Fit {
    pub slope: f64,
    pub error: f64,
    /// But for what is the same at every autocorrelation.
    pub log_likelihood: f64,
}

impl Fit {
    pub fn new(points: &[(f64, f64)], autocorrelation: f64) -> Fit {
        // What of each point its predecessor does not tell is independent noise of one variance.
        let unforeseen = 1.0 - autocorrelation * autocorrelation;
        let first = points.first().map(|(x, y)| {
            let scale = unforeseen.sqrt();
            (scale, scale * x, scale * y)
        });
        let later = points.windows(2).filter_map(|pair| match pair {
            [(x, y), (next_x, next_y)] => Some((
                1.0 - autocorrelation,
                next_x - autocorrelation * x,
                next_y - autocorrelation * y,
            )),
            _ => None,
        });
        let rows: Vec<(f64, f64, f64)> = first.into_iter().chain(later).collect();
        let sum = |of: fn(&(f64, f64, f64)) -> f64| -> f64 { rows.iter().map(of).sum() };
        let (ones, cross, squares) = (sum(|r| r.0 * r.0), sum(|r| r.0 * r.1), sum(|r| r.1 * r.1));
        let (with_one, with_x) = (sum(|r| r.0 * r.2), sum(|r| r.1 * r.2));
        let determinant = ones * squares - cross * cross;
        let offset = (squares * with_one - cross * with_x) / determinant;
        let slope = (ones * with_x - cross * with_one) / determinant;
        // Points on a line have a likelihood beyond all bounds; a smallest residual keeps it a number.
        let residual = rows
            .iter()
            .map(|(one, x, y)| (y - offset * one - slope * x).powi(2))
            .sum::<f64>()
            .max(f64::MIN_POSITIVE);
        let degrees = rows.len() as f64 - 2.0;
        Fit {
            slope,
            error: (residual / degrees * ones / determinant).sqrt(),
            log_likelihood: 0.5 * (unforeseen.ln() - determinant.ln() - degrees * residual.ln()),
        }
    }
}
