using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Pipeline;

namespace SwarmPS.Cmdlets.SwarmUnlockKey;

/// <summary>Makes a new unlock key and shows it.</summary>
/// <remarks>
/// <para>Managers that run take the new key by themselves. Keep the old one for a while: a manager that was down at the time still asks
/// for it.</para>
/// </remarks>
/// <example>
/// <para>A new key.</para>
/// <code>
/// Reset-SwarmUnlockKey
/// </code>
/// </example>
/// <error id="UnlockKeyNotFound">Autolock is off.</error>
/// <error id="UpdateOutOfSequence">Others changed the settings again and again in between.</error>
[Cmdlet(VerbsCommon.Reset, "SwarmUnlockKey", SupportsShouldProcess = true)]
[OutputType(typeof(SwarmUnlockKeyInfo))]
public sealed class ResetSwarmUnlockKeyCommand : SwarmCmdlet
{
    /// <inheritdoc/>
    protected override string Subject => "UnlockKey";

    /// <inheritdoc/>
    protected override async Task AskAsync(SwarmClient swarm, CancellationToken stop)
    {
        if (!ShouldProcess(swarm.Endpoint.Address, "Make a new unlock key"))
            return;
        await SwarmChange.PostAsync(
            swarm,
            spec => spec.EncryptionConfig?.AutoLockManagers == true ? spec : throw UnlockKeyLookup.None(),
            new SwarmRotation(UnlockKey: true),
            stop);
        WriteObject(await UnlockKeyLookup.GetAsync(swarm, stop));
    }
}
