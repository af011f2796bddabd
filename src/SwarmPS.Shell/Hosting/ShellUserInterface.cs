using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace SwarmPS.Shell.Hosting;

/// <summary>Writes what PowerShell shows, and asks what it asks.</summary>
internal sealed class ShellUserInterface(ShellConsole console) : PSHostUserInterface, IHostUISupportsMultipleChoiceSelection
{
    private readonly Questions questions = new(console);
    private readonly ProgressLine progress = new(console);

    public override PSHostRawUserInterface RawUI { get; } = new ShellRawUserInterface(console);

    public override bool SupportsVirtualTerminal => console.OutputHasColour || console.ErrorHasColour;

    public override void Write(string value) => console.Write(value);

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
        console.Write(Coloured(foregroundColor, backgroundColor, value));

    public override void WriteLine() => console.Write(Environment.NewLine);

    public override void WriteLine(string value) => console.Write(value + Environment.NewLine);

    public override void WriteLine(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
        console.Write(Coloured(foregroundColor, backgroundColor, value) + Environment.NewLine);

    public override void WriteErrorLine(string value) => console.WriteError(Formatted(PSStyle.Instance.Formatting.Error, value));

    public override void WriteWarningLine(string message) => console.WriteError(Formatted(PSStyle.Instance.Formatting.Warning, "WARNING: " + message));

    public override void WriteVerboseLine(string message) => console.WriteError(Formatted(PSStyle.Instance.Formatting.Verbose, "VERBOSE: " + message));

    public override void WriteDebugLine(string message) => console.WriteError(Formatted(PSStyle.Instance.Formatting.Debug, "DEBUG: " + message));

    public override void WriteInformation(InformationRecord record)
    {
        // Shown by the commands that write it, through the calls above.
    }

    public override void WriteProgress(long sourceId, ProgressRecord record) => progress.Show(record);

    public override string ReadLine() => questions.ReadLine();

    public override SecureString ReadLineAsSecureString() => questions.ReadSecret();

    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) =>
        questions.AskFields(caption, message, descriptions);

    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice) =>
        questions.AskChoice(caption, message, choices, defaultChoice);

    public Collection<int> PromptForChoice(string? caption, string? message, Collection<ChoiceDescription> choices, IEnumerable<int>? defaultChoices) =>
        questions.AskChoices(caption, message, choices, [.. defaultChoices ?? []]);

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
        questions.AskCredential(caption, message, userName);

    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) =>
        questions.AskCredential(caption, message, userName);

    /// <summary>In the stream's style, unless PowerShell's own views have coloured the text already.</summary>
    private static string Formatted(string style, string text) =>
        (text.Contains('\e') ? text : $"{style}{text}{Colours.Reset}") + Environment.NewLine;

    private static string Coloured(ConsoleColor foreground, ConsoleColor background, string text) =>
        // Black behind is what callers say who want no colour there; a light terminal would show it as a bar.
        Colours.Foreground(foreground) + (background == ConsoleColor.Black ? "" : Colours.Background(background)) + text + Colours.Reset;
}
