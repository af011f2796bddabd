using System.Management.Automation;
using System.Security;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmSecret;

/// <summary>Makes a secret: what only containers of services that name it can read.</summary>
/// <remarks>
/// <para>The managers keep it encrypted and show it to no one. A node has it in memory, as long as it runs a task of a service that
/// names it (<c>New-SwarmService -Secret</c>); there it is a file below /run/secrets. A secret holds less than 500 KiB, and what it
/// holds cannot be changed: make another one and update the services.</para>
/// <para>A value on the command line ends up in the history of the prompt: prefer <c>-SecureString</c>, <c>-Path</c> or the pipeline.</para>
/// </remarks>
/// <example>
/// <para>A password that is asked for, and not seen.</para>
/// <code>
/// New-SwarmSecret db-password -SecureString (Read-Host -AsSecureString)
/// </code>
/// </example>
/// <example>
/// <para>The same by the pipeline, with a label.</para>
/// <code>
/// Read-Host -AsSecureString | New-SwarmSecret db-password -Label team=a
/// </code>
/// </example>
/// <example>
/// <para>Random bytes.</para>
/// <code>
/// $key = [byte[]]::new(32); [Security.Cryptography.RandomNumberGenerator]::Fill($key)
/// New-SwarmSecret session-key $key
/// </code>
/// </example>
/// <error id="SecretExists">The name is in use.</error>
[Cmdlet(VerbsCommon.New, "SwarmSecret", DefaultParameterSetName = "Value", SupportsShouldProcess = true)]
[OutputType(typeof(SwarmSecretInfo))]
public sealed class NewSwarmSecretCommand : PayloadCmdlet
{
    /// <summary>What it holds, as <c>Read-Host -AsSecureString</c> gives it.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "SecureString")]
    [ValidateNotNull]
    public SecureString? SecureString { get; set; }

    /// <inheritdoc/>
    protected override string Subject => "Secret";

    private protected override void Gather()
    {
        if (SecureString is null)
            base.Gather();
        else
            Add(SecureString);
    }

    private protected override async Task MakeAsync(SwarmClient swarm, Payload data, CancellationToken stop)
    {
        if (!ShouldProcess(Name, "Make a secret"))
            return;
        var answer = await swarm.CreateSecretAsync(new() { Name = Name, Labels = Labels, Data = data, Templating = Templating }, stop);
        WriteObject(new SwarmSecretInfo(await swarm.GetSecretAsync(answer.Id, stop), TimeProvider.System.GetUtcNow()));
    }
}
