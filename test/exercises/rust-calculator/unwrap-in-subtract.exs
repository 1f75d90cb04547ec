# Panics where `:subtract` lacks a number.
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
                Command::Add => pop(&mut stack)? + pop(&mut stack)?,
                Command::Subtract => {
                    let newest: i64 = stack.pop().unwrap();
                    stack.pop().unwrap() - newest
                }
            };
            stack.push(result);
        }
        pop(&mut stack)
    }
    """

  def run(_commands), do: :erlang.nif_error(:nif_not_loaded)
end
