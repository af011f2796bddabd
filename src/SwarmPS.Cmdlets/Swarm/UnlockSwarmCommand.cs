using System.Management.Automation;
using System.Net;
using System.Security;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Cmdlets.Pipeline;

namespace SwarmPS.Cmdlets.Swarm;

/// <summary>Unlocks a manager that waits for the swarm's unlock key.</summary>
/// <remarks>
/// <para>With autolock on, a manager's keys are sealed on its disk, and after each start it waits for the unlock key:
/// <c>Get-Swarm</c> shows it as locked. Each locked manager is unlocked by itself. The key is shown by <c>Get-SwarmUnlockKey</c> on a
/// manager that is not locked; keep a copy outside of the swarm.</para>
/// </remarks>
/// <example>
/// <para>Asks for the key and unlocks the session's daemon.</para>
/// <code>
/// Unlock-Swarm -Key (Read-Host "Unlock key" -AsSecureString)
/// </code>
/// </example>
/// <error id="AuthenticationFailed">The key is not the swarm's.</error>
/// <error id="SwarmNotLocked">The node is not locked.</error>
[Cmdlet(VerbsCommon.Unlock, "Swarm", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class UnlockSwarmCommand : SwarmCmdlet
{
    /// <summary>The unlock key, <c>SWMKEY-1-…</c>: a SecureString, or text.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Alias("UnlockKey")]
    [SecretTransformation]
    [ValidateNotNull]
    public SecureString Key { get; set; } = new();

    /// <inheritdoc/>
    protected override string Subject => "Swarm";

    /// <inheritdoc/>
    protected override async Task AskAsync(SwarmClient swarm, CancellationToken stop)
    {
        if (!ShouldProcess(swarm.Endpoint.Address, "Unlock the manager"))
            return;
        try
        {
            await swarm.UnlockSwarmAsync(SecretTransformationAttribute.Reveal(Key), stop);
        }
        catch (SwarmApiException refusal) when (refusal.Status == HttpStatusCode.Conflict)
        {
            throw new SwarmFailureException("SwarmNotLocked", ErrorCategory.InvalidOperation,
                $"The node of {swarm.Endpoint.Address} is not locked. Get-Swarm shows where it stands.", refusal);
        }
    }
}
