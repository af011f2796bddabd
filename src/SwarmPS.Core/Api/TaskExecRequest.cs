using SwarmPS.Model;

namespace SwarmPS.Api;

/// <summary>A command to run in a task's container; the words are those of the Engine API's exec.</summary>
public sealed record TaskExecRequest
{
    /// <summary>The command and its arguments.</summary>
    public ValueList<string> Cmd { get; init; } = [];

    /// <summary>Variables besides the container's, <c>NAME=value</c>.</summary>
    public ValueList<string>? Env { get; init; }

    /// <summary>The user, <c>user[:group]</c>; the container's where nothing is said.</summary>
    public string? User { get; init; }

    /// <summary>The folder to run in; the container's where nothing is said.</summary>
    public string? WorkingDir { get; init; }

    /// <summary>With all capabilities of the node; the swarm has to admit it.</summary>
    public bool Privileged { get; init; }

    /// <summary>Whether the command gets a terminal; both of its outputs are one then.</summary>
    public bool Tty { get; init; }

    /// <summary>Whether the command gets what the client sends.</summary>
    public bool AttachStdin { get; init; }

    /// <summary>The terminal's size at the beginning.</summary>
    public TerminalSize? ConsoleSize { get; init; }

    /// <summary>What is wrong with it, or null.</summary>
    public string? Check() =>
        Cmd.Count == 0 || Cmd[0].Length == 0 ? "no command is named: give Cmd, as [\"sh\", \"-c\", \"date\"]"
        : Env?.FirstOrDefault(variable => variable.IndexOf('=', StringComparison.Ordinal) <= 0) is { } wrong ? $"'{wrong}' in Env is no variable: write NAME=value"
        : Cmd.Concat(Env ?? []).Append(User ?? "").Append(WorkingDir ?? "").Any(text => text.Contains('\0', StringComparison.Ordinal)) ? "a text has a zero byte in it"
        : ConsoleSize is not null && !Tty ? "a size of the terminal is given, and no terminal is asked for: set Tty"
        : null;
}

/// <summary>The size of a terminal, in characters.</summary>
/// <param name="Height">Its lines.</param>
/// <param name="Width">Its columns.</param>
public sealed record TerminalSize(uint Height, uint Width);
