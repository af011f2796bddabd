using System.Management.Automation;
using System.Text;
using SwarmPS.Shell.Hosting;

namespace SwarmPS.Shell;

/// <summary>Objects as the text they are shown as.</summary>
[Cmdlet(VerbsData.Out, "String")]
[OutputType(typeof(string))]
public sealed class OutStringCommand : PSCmdlet
{
    private readonly List<object> waiting = [];
    private readonly StringBuilder text = new();

    /// <summary>What to show.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    public PSObject? InputObject { get; set; }

    /// <summary>One string a line, as they come, and not one for all.</summary>
    [Parameter]
    public SwitchParameter Stream { get; set; }

    /// <summary>Columns; 0 is as many as the console has.</summary>
    [Parameter]
    [ValidateRange(2, int.MaxValue)]
    public int Width { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        switch (InputObject?.BaseObject)
        {
            case null:
                break;
            case string line:
                Format();
                text.Append(line).Append(Environment.NewLine);
                Flush();
                break;
            default:
                waiting.Add(InputObject);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        Format();
        Flush();
        if (!Stream)
        {
            WriteObject(text.ToString());
        }
    }

    /// <summary>Formats what is waiting, together, so that it makes one table.</summary>
    private void Format()
    {
        if (waiting.Count == 0)
        {
            return;
        }

        if (Host.PrivateData.BaseObject is not ShellConsole console)
        {
            throw new PSNotSupportedException("Out-String is swarmps' own and works in its host only.");
        }

        using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace).AddCommand("Out-Default");
        console.Divert(part => text.Append(ShellConsole.Plain(part)), () => shell.Invoke(waiting), Width);
        waiting.Clear();
        Flush();
    }

    private void Flush()
    {
        if (Stream && text.Length > 0)
        {
            WriteObject(text.ToString().TrimEnd('\r', '\n').Split(Environment.NewLine), enumerateCollection: true);
            text.Clear();
        }
    }
}
