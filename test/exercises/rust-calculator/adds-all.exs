# `:add` takes all numbers from the stack, and not only the two newest.
defmodule Calculator do
  use Roundtrip.Rust,
    source: """
    use rustler::NifTaggedEnum;

    #[derive(NifTaggedEnum)]
    enum Command {
        Push(i64),
        Add,
        Subtract,
    }

    fn pop(stack: &mut Vec<i64>) -> Result<i64, String> {
        stack.pop().ok_or("the stack is empty".to_string())
    }

    #[rustler::nif]
    fn run(commands: Vec<Command>) -> Result<i64, String> {
        let mut stack = Vec::new();
        for command in commands {
            let result = match command {
                Command::Push(number) => number,
                Command::Add => {
                    let mut sum = pop(&mut stack)? + pop(&mut stack)?;
                    while let Some(number) = stack.pop() {
                        sum += number;
                    }
                    sum
                }
                Command::Subtract => {
                    let newest = pop(&mut stack)?;
                    pop(&mut stack)? - newest
                }
            };
            stack.push(result);
        }
        pop(&mut stack)
    }
    """

  def run(_commands), do: :erlang.nif_error(:nif_not_loaded)
end
