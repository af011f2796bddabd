using System.Management.Automation.Runspaces;

namespace SwarmPS.Shell;

/// <summary>What the process is to do.</summary>
internal enum RunMode
{
    Prompt,
    File,
    Command,
    Version,
    Help,
}

/// <summary>The command line of <c>swarmps</c>, which is that of <c>pwsh</c> as far as it goes.</summary>
internal sealed record CommandLine
{
    private static readonly string[] WithValue = ["executionpolicy", "outputformat", "inputformat", "workingdirectory", "configurationname", "settingsfile", "windowstyle"];

    public RunMode Mode { get; init; } = RunMode.Prompt;

    /// <summary>The script's path, or the command's text; - reads commands from the standard input.</summary>
    public string Text { get; init; } = "";

    /// <summary>What is bound to the script's parameters.</summary>
    public IReadOnlyList<CommandParameter> Arguments { get; init; } = [];

    /// <summary>Nobody is there to answer: a question is an error.</summary>
    public bool NonInteractive { get; init; }

    public bool NoLogo { get; init; }

    /// <summary>Stay at the prompt after the file or the command.</summary>
    public bool NoExit { get; init; }

    /// <summary>Do not import the SwarmPS module.</summary>
    public bool NoModule { get; init; }

    /// <summary>Where to start; null is the current directory.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>The policy that Windows applies to scripts; null is RemoteSigned.</summary>
    public string? ExecutionPolicy { get; init; }

    public static CommandLine Parse(IReadOnlyList<string> args)
    {
        var line = new CommandLine();
        for (var at = 0; at < args.Count; at++)
        {
            var argument = args[at];
            if (argument.Length < 2 || argument[0] != '-')
            {
                return argument == "-" ? line with { Mode = RunMode.Command, Text = "-" } : line.WithFile(args, at);
            }

            var name = argument.TrimStart('-').ToLowerInvariant();
            switch (name)
            {
                case "file" or "f":
                    return line.WithFile(args, at + 1);
                case "command" or "c":
                    return line.WithCommand(args, at + 1);
                case "version" or "v":
                    return line with { Mode = RunMode.Version };
                case "help" or "h" or "?":
                    return line with { Mode = RunMode.Help };
                default:
                    line = WithValue.Any(option => IsShort(name, option))
                        ? line.WithOption(name, ++at < args.Count ? args[at] : throw new CommandLineException($"{argument} needs a value."))
                        : line.WithSwitch(name, argument);
                    break;
            }
        }

        return line;
    }

    private static bool IsShort(string name, string option) =>
        (name.Length >= 2 && option.StartsWith(name, StringComparison.Ordinal)) || (option, name) is ("workingdirectory", "wd") or ("executionpolicy", "ep");

    private CommandLine WithOption(string name, string value) => name switch
    {
        _ when IsShort(name, "workingdirectory") => this with { WorkingDirectory = value },
        _ when IsShort(name, "executionpolicy") => this with { ExecutionPolicy = value },
        _ => this,
    };

    private CommandLine WithSwitch(string name, string argument) => name switch
    {
        "noninteractive" or "noni" => this with { NonInteractive = true },
        "nologo" => this with { NoLogo = true },
        "noexit" or "noe" => this with { NoExit = true },
        "nomodule" => this with { NoModule = true },
        // There are no profiles, every prompt is a login's equal, and every thread is like any other.
        "noprofile" or "nop" or "interactive" or "i" or "login" or "l" or "noprofileloadtime" or "mta" or "sta" => this,
        _ => throw new CommandLineException($"{argument} is not an option. swarmps -Help lists them."),
    };

    private CommandLine WithFile(IReadOnlyList<string> args, int at) =>
        at >= args.Count ? throw new CommandLineException("-File needs the path of a script.")
        : args[at] == "-" ? this with { Mode = RunMode.Command, Text = "-" }
        : this with { Mode = RunMode.File, Text = args[at], Arguments = ScriptArguments.Parse([.. args.Skip(at + 1)]) };

    private CommandLine WithCommand(IReadOnlyList<string> args, int at) =>
        at >= args.Count ? throw new CommandLineException("-Command needs the text of a command.")
        : this with { Mode = RunMode.Command, Text = string.Join(' ', args.Skip(at)) };
}
