//! A picture of lines and shapes as SVG text.

use std::fmt::Write;

/// Places are written with one decimal.
pub struct Picture {
    width: f32,
    height: f32,
    shapes: String,
}

impl Picture {
    pub fn new(width: f32, height: f32, background: &str) -> Picture {
        let mut picture = Picture { width, height, shapes: String::new() };
        picture.push(format_args!("<rect width=\"100%\" height=\"100%\" rx=\"12\" fill=\"{background}\"/>"));
        picture
    }

    /// A line through points; `colour` is CSS from this program.
    pub fn line(&mut self, points: &[(f32, f32)], width: f32, colour: &str) {
        let mut places = String::new();
        for (x, y) in points {
            // Writing to a String does not fail.
            let _ = write!(places, "{x:.1},{y:.1} ");
        }
        self.push(format_args!(
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width:.1}\" \
             stroke-linecap=\"round\" stroke-linejoin=\"round\"/>",
            places.trim_end()
        ));
    }

    pub fn ring(&mut self, (x, y): (f32, f32), radius: f32, colour: &str) {
        self.push(format_args!(
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\" fill=\"{colour}\" fill-opacity=\"0.35\" stroke=\"{colour}\" \
             stroke-width=\"3\"/>"
        ));
    }

    /// A shape drawn around (0, 0), moved to a place and turned by degrees.
    pub fn shape(&mut self, path: &str, (x, y): (f32, f32), turned: f32, colour: &str) {
        self.push(format_args!(
            "<path d=\"{path}\" transform=\"translate({x:.1} {y:.1}) rotate({turned:.1})\" fill=\"{colour}\"/>"
        ));
    }

    pub fn words(&mut self, (x, y): (f32, f32), words: &str) {
        self.push(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" fill=\"#fff\" font-family=\"sans-serif\" font-size=\"15\" text-anchor=\"middle\">{words}</text>"
        ));
    }

    fn push(&mut self, shape: std::fmt::Arguments) {
        let _ = self.shapes.write_fmt(shape);
        self.shapes.push('\n');
    }

    pub fn finish(self) -> String {
        let Picture { width, height, shapes } = self;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
             height=\"{height:.0}\">\n{shapes}</svg>\n"
        )
    }
}
