using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmConfig;

/// <summary>Makes a config: a file that containers of services get which name it.</summary>
/// <remarks>
/// <para>Services name it by <c>New-SwarmService -Config</c>; in their containers it is a file, at the root where no other place is
/// asked for. A config holds less than 1000 KiB, and what it holds cannot be changed: make another one and update the services. What
/// must not be read by everyone who may look at the swarm belongs into a secret.</para>
/// </remarks>
/// <example>
/// <para>A text.</para>
/// <code>
/// New-SwarmConfig app.conf "mode = fast"
/// </code>
/// </example>
/// <example>
/// <para>Lines, by the pipeline.</para>
/// <code>
/// "[app]", "mode = fast" | New-SwarmConfig app.conf -Label team=a
/// </code>
/// </example>
/// <example>
/// <para>A file, byte by byte.</para>
/// <code>
/// New-SwarmConfig hosts -Path /etc/hosts
/// </code>
/// </example>
/// <error id="ConfigExists">The name is in use.</error>
[Cmdlet(VerbsCommon.New, "SwarmConfig", DefaultParameterSetName = "Value", SupportsShouldProcess = true)]
[OutputType(typeof(SwarmConfigInfo))]
public sealed class NewSwarmConfigCommand : PayloadCmdlet
{
    /// <inheritdoc/>
    protected override string Subject => "Config";

    private protected override async Task MakeAsync(SwarmClient swarm, Payload data, CancellationToken stop)
    {
        if (!ShouldProcess(Name, "Make a config"))
            return;
        var answer = await swarm.CreateConfigAsync(new() { Name = Name, Labels = Labels, Data = data, Templating = Templating }, stop);
        WriteObject(new SwarmConfigInfo(await swarm.GetConfigAsync(answer.Id, stop), TimeProvider.System.GetUtcNow()));
    }
}
