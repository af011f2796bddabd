using System.Management.Automation;
using System.Runtime.InteropServices;
using System.Security;
using System.Text;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Cmdlets.Connection;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.Pipeline;

/// <summary>
/// What makes a secret or a config of bytes: a file's, a parameter's, or all that comes through the pipeline.
/// </summary>
/// <error id="PayloadMissing">Nothing was given that it should hold.</error>
/// <error id="FileNotFound">The file of <c>-Path</c> is not there.</error>
public abstract class PayloadCmdlet : SwarmCmdlet
{
    private readonly MemoryStream bytes = new();
    private bool isText;
    private bool isBroken;

    /// <summary>The name: letters, digits, -, _ and ., 64 at most.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = "";

    /// <summary>What it holds: bytes, texts (as UTF-8, each on a line of its own) or secure strings. All that comes through the pipeline is one value.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, ParameterSetName = "Value")]
    [ValidateNotNull]
    public object[] Value { get; set; } = [];

    /// <summary>A file with what it holds, taken byte by byte.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Path")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>Labels: a hashtable, or NAME=value texts.</summary>
    /// <value>none</value>
    [Parameter]
    [PairsTransformation]
    public string[]? Label { get; set; }

    /// <summary>
    /// Fills in placeholders for each task that gets it: those of services, as <c>{{.Node.Hostname}}</c>, and <c>{{env "NAME"}}</c>,
    /// <c>{{secret "file"}}</c> and <c>{{config "file"}}</c>. The one driver there is, is <c>golang</c>.
    /// </summary>
    /// <value>none: it stays as it is</value>
    [Parameter]
    [ValidateSet("golang")]
    public string? TemplateDriver { get; set; }

    /// <inheritdoc/>
    protected override object? Target => Name;

    /// <summary>Makes it, and writes what was made.</summary>
    private protected abstract Task MakeAsync(SwarmClient swarm, Payload data, CancellationToken stop);

    /// <inheritdoc/>
    protected sealed override Task AskAsync(SwarmClient swarm, CancellationToken stop)
    {
        var wasBroken = isBroken;
        isBroken = true;
        Gather();
        isBroken = wasBroken;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected sealed override Task FinishAsync(CancellationToken stop) => isBroken ? Task.CompletedTask : FinishAsync(Connections.Client, stop);

    /// <summary>Takes what one input object, or the parameters, give.</summary>
    private protected virtual void Gather()
    {
        if (ParameterSetName == "Path")
            bytes.Write(File.ReadAllBytes(GetUnresolvedProviderPathFromPSPath(Path)));
        else
            Array.ForEach(Value, Add);
    }

    private async Task FinishAsync(SwarmClient swarm, CancellationToken stop)
    {
        if (bytes.Length == 0)
            throw new SwarmFailureException("PayloadMissing", ErrorCategory.InvalidArgument, $"{Name} would hold nothing: give its value, or a file that is not empty.");
        await MakeAsync(swarm, new(bytes.ToArray()), stop);
    }

    /// <summary>The template driver as it is sent.</summary>
    private protected PayloadDriver? Templating => TemplateDriver is null ? null : new() { Name = TemplateDriver };

    /// <summary>Labels as they are sent.</summary>
    private protected ValueMap<string> Labels => Pairs.ToMap(Label ?? []);

    /// <summary>Takes a part of the value.</summary>
    private protected void Add(object? part)
    {
        var wasText = isText;
        isText = false;
        switch (part is PSObject wrapped ? wrapped.BaseObject : part)
        {
            case byte one:
                bytes.WriteByte(one);
                break;
            case byte[] many:
                bytes.Write(many);
                break;
            case SecureString secure:
                AddSecure(secure);
                break;
            case string text:
                if (wasText)
                    bytes.WriteByte((byte)'\n');
                bytes.Write(Encoding.UTF8.GetBytes(text));
                isText = true;
                break;
            case object[] list:
                Array.ForEach(list, Add);
                break;
            default:
                // The value itself is not shown: it may be a secret.
                throw new SwarmFailureException("InvalidArgument", ErrorCategory.InvalidArgument, $"A value of the type {part?.GetType().Name ?? "null"} cannot be taken: give bytes, texts or a secure string.");
        }
    }

    private void AddSecure(SecureString secure)
    {
        var unmanaged = Marshal.SecureStringToGlobalAllocUnicode(secure);
        try
        {
            var letters = new char[secure.Length];
            Marshal.Copy(unmanaged, letters, 0, letters.Length);
            bytes.Write(Encoding.UTF8.GetBytes(letters));
            Array.Clear(letters);
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(unmanaged);
        }
    }
}
