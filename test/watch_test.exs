defmodule Roundtrip.WatchTest do
  # Runs a whole lesson, and programs in a terminal.
  use ExUnit.Case, async: false

  import Livemd.Console, only: [press: 2, expect: 2]

  alias Mix.Tasks.Roundtrip.Learn
  alias Livemd.{Exercise, Parser}
  alias Livemd.Practice.ExerciseFile

  @prompt "? > "
  @dies ~s|System.cmd("kill", ["-SEGV", System.pid()])\nreceive do: (:never -> 1)\n|

  setup do
    dir = Path.join(System.tmp_dir!(), "watch-#{System.unique_integer([:positive])}")
    File.mkdir_p!(dir)
    on_exit(fn -> File.rm_rf!(dir) end)
    {:ok, dir: dir}
  end

  defp exercises(lesson) do
    {:ok, notebook} = Parser.read(Roundtrip.notebook_path(lesson))
    Exercise.all(notebook)
  end

  defp file(dir, lesson, exercise), do: Path.join([dir, lesson, exercise.name <> ".exs"])

  # As most editors save: under another name first.
  defp save(path, code) do
    File.mkdir_p!(Path.dirname(path))
    File.write!(path <> ".new", code)
    File.rename!(path <> ".new", path)
  end

  # The lessons' own tests run every solution in its notebook; here a plain exercise and one in Rust
  # stand for all.
  # The first build of the crates that cells share takes a minute on a busy machine.
  @tag timeout: 300_000
  test "every exercise of index passes with its solution in its file", %{dir: dir} do
    for exercise <- exercises("index") do
      save(file(dir, "index", exercise), Exercise.solution_fence(exercise).code)
    end

    {:ok, output} = StringIO.open("")
    args = ["--watch", "index", "--folder", dir]
    status = Learn.learn(args, terminal: nil, output: output, passed: [])
    {_input, printed} = StringIO.contents(output)
    assert status == 0, printed
  end

  test "the file of every exercise holds its stub, and can take its solution", %{dir: dir} do
    for lesson <- Roundtrip.lessons(), exercise <- exercises(lesson) do
      path = ExerciseFile.path(exercise, Path.join(dir, lesson))
      assert ExerciseFile.write(exercise, path, []) == :ok
      assert {:ok, {code, _mtime}} = ExerciseFile.read(path)

      [mark, stub] = String.split(exercise.stub.code, "\n", parts: 2)
      assert mark =~ ~r/^# exercise: #{exercise.name}( \(.*\))?$/
      assert String.ends_with?(code, "\n\n" <> stub <> "\n")
      header = String.replace_suffix(code, stub <> "\n", "")
      assert header =~ ~r/\A(#.*\n)+\n\z/

      for solved <- [code, Exercise.solution_fence(exercise).code] do
        cell = ExerciseFile.cell(exercise, path, solved)
        assert {cell.kind, cell.line, cell.path} == {{:exercise, exercise.name}, 1, path}
        assert {:ok, _quoted} = Code.string_to_quoted(cell.code)
      end

      assert List.last(Exercise.rest(exercise)).kind == {:check, exercise.name}
    end
  end

  describe "in a terminal" do
    # macOS has another `script`, with other options.
    unless :os.type() == {:unix, :linux} and System.find_executable("script") do
      @describetag skip: "needs the command script of util-linux"
    end

    test "wrong, hint, right, go on, back, quit, resume, by single keys", %{dir: dir} do
      [first, second | _rest] = exercises("structs")
      path = file(dir, "structs", first)

      terminal = open(dir, "mix roundtrip.learn --watch structs --folder '#{dir}'")
      assert expect(terminal, @prompt) =~ "(#{first.name}, 1 of "

      save(path, "raise \"own\"\n")
      expect(terminal, "saved at ")
      assert expect(terminal, @prompt) =~ "✗ #{first.name} fails: #{path}"

      press(terminal, "h")
      assert expect(terminal, @prompt) =~ "▾ Hint"

      save(path, Exercise.solution_fence(first).code)
      assert expect(terminal, @prompt) =~ "✓ #{first.name} passes"

      press(terminal, "s")
      assert expect(terminal, @prompt) =~ ~r/#{path}.*▾ Solution/s

      press(terminal, "\n")
      assert expect(terminal, @prompt) =~ "(#{second.name}, 2 of "
      # The arrow to the left
      press(terminal, "\e[D")
      assert expect(terminal, @prompt) =~ "✓ #{first.name} passes"

      press(terminal, "q")
      assert expect(terminal, "continues from here.") =~ "1 of "
      restored(terminal)

      again = open(dir, "mix roundtrip.learn --watch structs --folder '#{dir}'")
      refute expect(again, "(#{second.name}, 2 of ") =~ "(#{first.name}, "
      assert expect(again, @prompt) =~ "1 of "
      # Ctrl-D
      press(again, "\x04")
      restored(again)
    end

    test "the course goes on after code that ended the VM", %{dir: dir} do
      [first | _rest] = exercises("index")
      path = file(dir, "index", first)
      terminal = open(dir, "bash -c '#{learn("--watch --folder #{dir}")}'")
      assert expect(terminal, @prompt) =~ "all lessons "

      # Only panics in the reader's own Rust are shown.
      save(path, "try do Roundtrip.Native.mean(10, 0) rescue _ -> raise \"own\" end")
      text = expect(terminal, "✗ #{first.name} fails") <> expect(terminal, @prompt)
      assert text =~ "(RuntimeError) own"
      refute text =~ "panicked"

      save(path, @dies)
      text = expect(terminal, @prompt)
      text = if text =~ "has ended", do: text, else: text <> expect(terminal, @prompt)
      assert text =~ "✗ #{first.name} has ended the whole VM: #{path}"
      assert text =~ "segmentation fault (exit status 139)"

      save(path, Exercise.solution_fence(first).code)
      assert expect(terminal, @prompt) =~ "✓ #{first.name} passes"
      press(terminal, "q")
      assert expect(terminal, "bin/learn --watch continues from here.") =~ "1 of "
      restored(terminal)
    end

    test "a VM that is killed leaves the terminal as it was", %{dir: dir} do
      [first | _rest] = exercises("index")
      save(file(dir, "index", first), String.replace(@dies, "SEGV", "KILL"))
      restored(open(dir, "mix roundtrip.learn --watch index --folder '#{dir}'"))
    end
  end

  test "in a pipe, code that ended the VM is named", %{dir: dir} do
    [first | _rest] = exercises("index")
    save(file(dir, "index", first), @dies)
    args = ["-c", learn("--watch index --folder #{dir}")]
    options = [env: [{"ROUNDTRIP_DATA", dir}], stderr_to_stdout: true]
    assert {text, 1} = System.cmd("bash", args, options)
    assert text =~ "the code of #{first.name} has ended the VM (exit status 139)\n"
  end

  # What bin/learn calls once all is prepared.
  defp learn(args),
    do: "ulimit -c 0; . bin/prepare.sh; hex=${ROUNDTRIP_HEX:-1}; learn #{args}"

  # The terminal is restored a moment after the VM has ended.
  defp restored(terminal) do
    expect(terminal, "the terminal is restored")
    assert_receive {^terminal, {:exit_status, 0}}, 30_000
  end

  # The terminal ends with the test: its input does.
  defp open(dir, command) do
    restored =
      "until stty -a | grep -q ' icanon' && stty -a | grep -q ' echo '; do :; done; " <>
        "echo the terminal is restored"

    Port.open({:spawn_executable, System.find_executable("script")}, [
      :binary,
      :exit_status,
      args: ["-qfec", "stty cols 100; #{command}; #{restored}", "/dev/null"],
      env: [
        {~c"MIX_ENV", ~c"test"},
        {~c"NO_COLOR", ~c"1"},
        {~c"RUST_BACKTRACE", ~c"0"},
        {~c"ROUNDTRIP_DATA", String.to_charlist(dir)}
      ]
    ])
  end
end
