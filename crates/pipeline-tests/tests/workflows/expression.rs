//! The part of GitHub's expressions that the conditions of jobs and steps are written in. What is not known is an error,
//! so that no test passes because something was not understood.

/// What an expression comes to.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Truth(bool),
    Text(String),
}

impl Value {
    fn is_truthy(&self) -> bool {
        match self {
            Value::Truth(truth) => *truth,
            Value::Text(text) => !text.is_empty(),
        }
    }
}

/// The functions that ask how the jobs before went.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Status {
    Success,
    Failure,
    Always,
    Cancelled,
}

/// What an expression may ask.
pub trait Context {
    /// The value at a place as `github.ref`.
    fn value(&self, path: &str) -> Result<String, String>;
    /// Whether the jobs before went so.
    fn status(&self, status: Status) -> bool;
}

#[derive(Debug)]
enum Expression {
    Literal(Value),
    Path(String),
    Status(Status),
    Not(Box<Expression>),
    Equal(Box<Expression>, Box<Expression>),
    And(Box<Expression>, Box<Expression>),
    Or(Box<Expression>, Box<Expression>),
}

/// Whether a job or step with this condition runs. A condition that does not ask how the jobs before went asks it first:
/// `success() && (…)`.
pub fn holds(condition: Option<&str>, context: &impl Context) -> Result<bool, String> {
    let Some(condition) = condition else {
        return Ok(context.status(Status::Success));
    };
    let expression = parse(condition)?;
    let truth = evaluate(&expression, context)?.is_truthy();
    Ok(truth && (asks_for_status(&expression) || context.status(Status::Success)))
}

/// What the expression comes to, as text.
pub fn text(expression: &str, context: &impl Context) -> Result<String, String> {
    match evaluate(&parse(expression)?, context)? {
        Value::Text(text) => Ok(text),
        Value::Truth(truth) => Ok(truth.to_string()),
    }
}

fn asks_for_status(expression: &Expression) -> bool {
    match expression {
        Expression::Status(_) => true,
        Expression::Literal(_) | Expression::Path(_) => false,
        Expression::Not(inner) => asks_for_status(inner),
        Expression::Equal(left, right)
        | Expression::And(left, right)
        | Expression::Or(left, right) => asks_for_status(left) || asks_for_status(right),
    }
}

fn evaluate(expression: &Expression, context: &impl Context) -> Result<Value, String> {
    let truth = |inner: &Expression| evaluate(inner, context).map(|value| value.is_truthy());
    // Both operators come to one of their sides, as in `condition && 'this' || 'that'`.
    let one_of = |left: &Expression, right: &Expression, decides: bool| {
        let left = evaluate(left, context)?;
        if left.is_truthy() == decides {
            Ok(left)
        } else {
            evaluate(right, context)
        }
    };
    Ok(match expression {
        Expression::Literal(value) => value.clone(),
        Expression::Path(path) => Value::Text(context.value(path)?),
        Expression::Status(status) => Value::Truth(context.status(*status)),
        Expression::Not(inner) => Value::Truth(!truth(inner)?),
        Expression::And(left, right) => return one_of(left, right, false),
        Expression::Or(left, right) => return one_of(left, right, true),
        Expression::Equal(left, right) => {
            match (evaluate(left, context)?, evaluate(right, context)?) {
                (Value::Text(left), Value::Text(right)) => {
                    Value::Truth(left.eq_ignore_ascii_case(&right))
                }
                (left, right) => return Err(format!("{left:?} and {right:?} are compared")),
            }
        }
    })
}

fn parse(text: &str) -> Result<Expression, String> {
    let inner = text
        .trim()
        .strip_prefix("${{")
        .and_then(|rest| rest.strip_suffix("}}"))
        .unwrap_or(text);
    let mut parser = Parser {
        tokens: tokens(inner)?,
        next: 0,
    };
    let expression = parser.or()?;
    match parser.tokens.get(parser.next) {
        None => Ok(expression),
        Some(token) => Err(format!("{token:?} is too much in {text:?}")),
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Text(String),
    Name(String),
    Symbol(&'static str),
}

const SYMBOLS: [&str; 7] = ["==", "!=", "&&", "||", "!", "(", ")"];

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length;
        if let Some(symbol) = SYMBOLS.into_iter().find(|symbol| rest.starts_with(symbol)) {
            length = symbol.len();
            tokens.push(Token::Symbol(symbol));
        } else if first == '\'' {
            let end = rest[1..]
                .find('\'')
                .ok_or_else(|| format!("a text without an end: {rest}"))?;
            length = end + 2;
            if rest[length..].starts_with('\'') {
                return Err(format!("a quote within a text: {rest}"));
            }
            tokens.push(Token::Text(rest[1..=end].to_owned()));
        } else if first.is_ascii_alphabetic() {
            let is_part = |letter: char| letter.is_ascii_alphanumeric() || "_-.".contains(letter);
            length = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
            tokens.push(Token::Name(rest[..length].to_owned()));
        } else {
            return Err(format!("not understood: {rest}"));
        }
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
}

impl Parser {
    fn take(&mut self, symbol: &'static str) -> bool {
        let found = self.tokens.get(self.next) == Some(&Token::Symbol(symbol));
        self.next += usize::from(found);
        found
    }

    fn or(&mut self) -> Result<Expression, String> {
        let mut left = self.and()?;
        while self.take("||") {
            left = Expression::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Expression, String> {
        let mut left = self.comparison()?;
        while self.take("&&") {
            left = Expression::And(Box::new(left), Box::new(self.comparison()?));
        }
        Ok(left)
    }

    fn comparison(&mut self) -> Result<Expression, String> {
        let left = self.unary()?;
        if self.take("==") {
            Ok(Expression::Equal(Box::new(left), Box::new(self.unary()?)))
        } else if self.take("!=") {
            let equal = Expression::Equal(Box::new(left), Box::new(self.unary()?));
            Ok(Expression::Not(Box::new(equal)))
        } else {
            Ok(left)
        }
    }

    fn unary(&mut self) -> Result<Expression, String> {
        if self.take("!") {
            Ok(Expression::Not(Box::new(self.unary()?)))
        } else {
            self.primary()
        }
    }

    fn primary(&mut self) -> Result<Expression, String> {
        if self.take("(") {
            let inner = self.or()?;
            return self.closed(inner);
        }
        let token = self.tokens.get(self.next).cloned();
        self.next += 1;
        match token {
            Some(Token::Text(text)) => Ok(Expression::Literal(Value::Text(text))),
            Some(Token::Name(name)) if self.take("(") => {
                let status = match name.as_str() {
                    "success" => Status::Success,
                    "failure" => Status::Failure,
                    "always" => Status::Always,
                    "cancelled" => Status::Cancelled,
                    _ => return Err(format!("{name}() is not known")),
                };
                self.closed(Expression::Status(status))
            }
            Some(Token::Name(name)) if name == "true" || name == "false" => {
                Ok(Expression::Literal(Value::Truth(name == "true")))
            }
            Some(Token::Name(name)) => Ok(Expression::Path(name)),
            other => Err(format!("{other:?} where a value was expected")),
        }
    }

    fn closed(&mut self, inner: Expression) -> Result<Expression, String> {
        if self.take(")") {
            Ok(inner)
        } else {
            Err("a parenthesis that nothing closes".to_owned())
        }
    }
}
