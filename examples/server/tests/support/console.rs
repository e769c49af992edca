//! The commands of a console block, read as a shell reads them.

/// One command and what it prints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// `NAME=VALUE` in front of the program.
    pub environment: Vec<(String, String)>,
    /// The program.
    pub program: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// What the page says that it prints, each line with its line break; empty where the page shows
    /// nothing.
    pub output: String,
}

/// The commands of a console block: a line after `$ ` and, behind a backslash at its end, the next
/// one.
pub fn steps(block: &str) -> Result<Vec<Step>, String> {
    let mut steps: Vec<Step> = Vec::new();
    let mut lines = block.lines();
    while let Some(line) = lines.next() {
        let Some(line) = line.strip_prefix("$ ") else {
            let step = steps
                .last_mut()
                .ok_or_else(|| format!("`{line}` is printed by no command"))?;
            step.output.extend([line, "\n"]);
            continue;
        };
        let mut command = line.to_owned();
        while command.ends_with('\\') {
            command.pop();
            command.push_str(lines.next().ok_or_else(|| format!("`{line}` does not end"))?);
        }
        steps.push(step(&command)?);
    }
    Ok(steps)
}

fn step(command: &str) -> Result<Step, String> {
    let mut words = words(command)?.into_iter().peekable();
    let mut environment = Vec::new();
    while let Some((name, value)) = words.peek().and_then(|word| word.split_once('=')) {
        environment.push((name.to_owned(), value.to_owned()));
        words.next();
    }
    let program = words.next().ok_or_else(|| format!("`{command}` names no program"))?;
    let (arguments, output) = (words.collect(), String::new());
    Ok(Step {
        environment,
        program,
        arguments,
        output,
    })
}

/// Words between spaces; in single quotes everything is itself. What else means something to a
/// shell is refused.
fn words(command: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    for character in command.chars() {
        match character {
            '\'' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            ' ' if !quoted => words.extend(word.take()),
            '"' | '\\' | '$' | '`' | '|' | '&' | ';' | '<' | '>' | '(' | ')' | '*' | '?' | '#' | '~' if !quoted => {
                return Err(format!("`{command}` holds an unquoted `{character}`"));
            }
            _ => word.get_or_insert_default().push(character),
        }
    }
    if quoted {
        return Err(format!("`{command}` leaves a quote open"));
    }
    words.extend(word);
    Ok(words)
}

/// What `curl` is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Curl {
    /// Whether it is a `POST`.
    pub post: bool,
    /// The headers of `-H`.
    pub headers: Vec<String>,
    /// What is sent, of `--data-binary`: a text, or `@` and the name of a file.
    pub data: Option<String>,
    /// The URL.
    pub url: String,
}

impl Curl {
    /// Reads the arguments that the pages use: `-s`, `-H`, `-X POST`, `--data-binary` (which
    /// is a `POST` too) and one URL.
    pub fn parse(arguments: &[String]) -> Result<Self, String> {
        let (mut post, mut headers, mut data, mut url) = (false, Vec::new(), None, None);
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "-s" => {}
                "-X" => match arguments.next().map(String::as_str) {
                    Some("POST") => post = true,
                    _ => return Err("`-X` is followed by POST".into()),
                },
                "--data-binary" => data = Some(arguments.next().ok_or("`--data-binary` has no data")?.clone()),
                "-H" => headers.push(arguments.next().ok_or("`-H` has no header")?.clone()),
                flag if flag.starts_with('-') => return Err(format!("`{flag}` is no flag of curl that is known here")),
                _ if url.is_some() => return Err(format!("`{argument}` is a second URL")),
                _ => url = Some(argument.clone()),
            }
        }
        let url = url.ok_or("curl has no URL")?;
        let post = post || data.is_some();
        Ok(Self {
            post,
            headers,
            data,
            url,
        })
    }
}
