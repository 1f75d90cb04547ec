//! NIFs of the lesson `rust`, in its order. They are as small as the idea that each of them shows.

use rustler::{Atom, Decoder, Encoder, Env, Error, NifMap, NifResult, Term};
use std::f64::consts::PI;
use std::sync::Arc;

#[rustler::nif]
fn ticket(name: String, age: i64) -> String {
    let price = if age < 18 { 5 } else { 8 };
    format!("{name} pays {price} euros")
}

#[rustler::nif]
fn fahrenheit(celsius: i64) -> f64 {
    let celsius = celsius as f64;
    celsius * 1.8 + 32.0
}

#[rustler::nif]
fn order_total(price: i64, count: i64) -> i64 {
    let mut total = price * count;
    if count >= 10 {
        total -= total / 10;
    }
    total
}

#[rustler::nif]
fn scopes(n: i64) -> (i64, i64) {
    let n = n + 1;
    let inner = {
        let n = n * 10;
        n + 1
    };
    (inner, n)
}

fn half(number: i64) -> Option<i64> {
    if number % 2 == 0 {
        Some(number / 2)
    } else {
        None
    }
}

#[rustler::nif]
fn half_of(number: i64) -> Option<i64> {
    half(number)
}

#[rustler::nif]
fn describe_half(number: i64) -> String {
    match half(number) {
        Some(0) => "nothing".to_string(),
        Some(half) if half < 0 => format!("a debt of {half}"),
        Some(half) => format!("twice {half}"),
        None => format!("{number} is odd"),
    }
}

fn parse(text: String) -> Result<i64, String> {
    match text.parse() {
        Ok(number) => Ok(number),
        Err(_) => Err(format!("{text} isn't an integer")),
    }
}

#[rustler::nif]
fn add_texts(a: String, b: String) -> Result<i64, String> {
    let a = parse(a)?;
    let b = parse(b)?;
    a.checked_add(b).ok_or("the sum is too large".to_string())
}

#[rustler::nif]
fn shout(word: String) -> String {
    let loud = word.to_uppercase();
    format!("{loud}!")
}

#[rustler::nif]
fn copies(word: String, number: i64) -> (String, String, i64, i64) {
    let second_word = word.clone();
    let second_number = number;
    (word, second_word, number, second_number)
}

#[rustler::nif]
fn twice(word: String) -> String {
    let second = &word;
    format!("{word}{second}")
}

fn add_mark(text: &mut String) {
    text.push('!');
}

#[rustler::nif]
fn excite(word: String) -> String {
    let mut word = word;
    add_mark(&mut word);
    add_mark(&mut word);
    word
}

#[rustler::nif]
fn letters_and_bytes(text: &str) -> (usize, usize) {
    (text.chars().count(), text.len())
}

#[rustler::nif]
fn longer<'a>(a: &'a str, b: &'a str) -> &'a str {
    if a.len() >= b.len() { a } else { b }
}

#[rustler::nif]
fn first_word(text: &str) -> &str {
    text.split(' ').next().unwrap_or("")
}

#[rustler::nif]
fn swap<'a>(pair: (Term<'a>, Term<'a>)) -> (Term<'a>, Term<'a>) {
    let (left, right) = pair;
    (right, left)
}

#[derive(NifMap)]
struct Rectangle {
    width: i64,
    height: i64,
}

impl Rectangle {
    fn square(side: i64) -> Self {
        Rectangle {
            width: side,
            height: side,
        }
    }

    fn area(&self) -> i64 {
        self.width * self.height
    }

    fn widen(&mut self, by: i64) {
        self.width += by;
    }
}

#[rustler::nif]
fn rectangle_area(rectangle: Rectangle) -> i64 {
    rectangle.area()
}

#[rustler::nif]
fn wide_square(side: i64, by: i64) -> Rectangle {
    let mut rectangle = Rectangle::square(side);
    rectangle.widen(by);
    rectangle
}

enum Shape {
    Circle { radius: f64 },
    Square(f64),
    Point,
}

impl Shape {
    fn area(&self) -> f64 {
        match self {
            Shape::Circle { radius } => PI * radius * radius,
            Shape::Square(side) => side * side,
            Shape::Point => 0.0,
        }
    }
}

#[rustler::nif]
fn shape_area(shape: Shape) -> f64 {
    shape.area()
}

trait Describe {
    fn describe(&self) -> String;
}

impl Describe for Rectangle {
    fn describe(&self) -> String {
        format!("a rectangle of {} by {}", self.width, self.height)
    }
}

impl Describe for Shape {
    fn describe(&self) -> String {
        format!("a shape with an area of {}", self.area())
    }
}

fn sentence<T: Describe>(thing: &T) -> String {
    format!("This is {}.", thing.describe())
}

#[rustler::nif]
fn rectangle_sentence(rectangle: Rectangle) -> String {
    sentence(&rectangle)
}

#[rustler::nif]
fn shape_sentence(shape: Shape) -> String {
    sentence(&shape)
}

mod atoms {
    rustler::atoms! { circle, square, point }
}

impl<'a> Decoder<'a> for Shape {
    fn decode(term: Term<'a>) -> NifResult<Self> {
        if atoms::point() == term {
            return Ok(Shape::Point);
        }
        let (kind, size): (Atom, f64) = term.decode()?;
        if kind == atoms::circle() {
            Ok(Shape::Circle { radius: size })
        } else if kind == atoms::square() {
            Ok(Shape::Square(size))
        } else {
            Err(Error::BadArg)
        }
    }
}

impl Encoder for Shape {
    fn encode<'a>(&self, env: Env<'a>) -> Term<'a> {
        match self {
            Shape::Circle { radius } => (atoms::circle(), radius).encode(env),
            Shape::Square(side) => (atoms::square(), side).encode(env),
            Shape::Point => atoms::point().encode(env),
        }
    }
}

#[rustler::nif]
fn squared(shape: Shape) -> Shape {
    Shape::Square(shape.area())
}

#[rustler::nif]
fn even_squares(numbers: Vec<i64>) -> Vec<i64> {
    numbers
        .into_iter()
        .filter(|number| number % 2 == 0)
        .map(|number| number * number)
        .collect()
}

#[rustler::nif]
fn scaled_total(numbers: Vec<i64>, factor: i64) -> i64 {
    let scale = |number| number * factor;
    let mut total = 0;
    for number in numbers {
        total += scale(number);
    }
    total
}

#[rustler::nif]
fn describe_both(rectangle: Rectangle, shape: Shape) -> Vec<String> {
    let things: Vec<Box<dyn Describe>> = vec![Box::new(rectangle), Box::new(shape)];
    things.iter().map(|thing| thing.describe()).collect()
}

#[rustler::nif]
fn owners(word: String) -> (usize, usize, usize) {
    let first = Arc::new(word);
    let alone = Arc::strong_count(&first);
    let second = Arc::clone(&first);
    let shared = Arc::strong_count(&second);
    drop(first);
    (alone, shared, Arc::strong_count(&second))
}

#[rustler::nif]
fn owners_in_block(word: String) -> (usize, usize) {
    let kept = Arc::new(word);
    let inside = {
        let second = Arc::clone(&kept);
        let third = Arc::clone(&second);
        Arc::strong_count(&third)
    };
    (inside, Arc::strong_count(&kept))
}
