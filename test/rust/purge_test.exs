defmodule Roundtrip.Rust.PurgeTest do
  use ExUnit.Case, async: false
  use Roundtrip.RustCase

  @moduletag issue: "11.1"

  @rust """
  use rustler::{Encoder, LocalPid, OwnedEnv, Resource, ResourceArc};
  use std::{thread, time::Duration};
  struct Handle(#[expect(dead_code)] Box<i64>);
  #[rustler::resource_impl]
  impl Resource for Handle {}
  fn handle_later() -> ResourceArc<Handle> {
      thread::sleep(Duration::from_millis(500));
      ResourceArc::new(Handle(Box::new(VERSION)))
  }
  #[rustler::nif(schedule = "DirtyIo")]
  fn dirty() -> ResourceArc<Handle> {
      handle_later()
  }
  #[rustler::nif]
  fn started(pid: LocalPid) -> bool {
      thread::spawn(move || OwnedEnv::new().send_and_clear(&pid, |env| handle_later().encode(env)));
      true
  }
  """

  defp version(n), do: cell(Late, @rust <> "const VERSION: i64 = #{n};", dirty: 0, started: 1)

  # Both versions are built here, so that the other VM finds them and is quick enough.
  setup do
    for n <- 1..2, do: Code.eval_string(version(n))
    :ok
  end

  test "a cell may be evaluated again while its Rust will still create a resource" do
    program = """
    {first, second} = #{inspect({version(1), version(2)}, printable_limit: :infinity)}
    Code.compiler_options(ignore_module_conflict: true)
    Code.eval_string(first)
    me = self()
    true = Late.started(me)
    spawn(fn -> send(me, Late.dirty()) end)
    Code.eval_string(second)
    Code.eval_string(first)
    for _ <- 1..2, do: receive(do: (handle when is_reference(handle) -> :ok))
    """

    {output, status} = run(program)
    assert status == 0, output
  end

  defp run(program) do
    paths = for path <- :code.get_path(), arg <- ["-pa", to_string(path)], do: arg
    # What a purge frees is overwritten, so that using it can't go unnoticed.
    env = [{"MALLOC_PERTURB_", "85"}, {"ERL_FLAGS", "+Mea min"}]
    System.cmd("elixir", paths ++ ["-e", program], stderr_to_stdout: true, env: env)
  end
end
