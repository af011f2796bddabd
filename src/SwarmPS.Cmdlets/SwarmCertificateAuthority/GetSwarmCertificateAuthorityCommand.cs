using System.Management.Automation;
using SwarmPS.Api;
using SwarmPS.Cmdlets.Pipeline;

namespace SwarmPS.Cmdlets.SwarmCertificateAuthority;

/// <summary>Shows the swarm's certificate authority.</summary>
/// <remarks>
/// <para>Every node of the swarm trusts its root certificate and has a certificate of it. A manager answers.</para>
/// </remarks>
/// <example>
/// <para>Shows the root's name, fingerprint and validity, and whether it is being replaced.</para>
/// <code>
/// Get-SwarmCertificateAuthority
/// </code>
/// </example>
/// <example>
/// <para>Gives the root certificate as PEM, for tools that are to trust the swarm.</para>
/// <code>
/// (Get-SwarmCertificateAuthority).TrustRoot
/// </code>
/// </example>
/// <error id="CertificateAuthorityNotFound">The daemon shows no root certificate.</error>
[Cmdlet(VerbsCommon.Get, "SwarmCertificateAuthority")]
[OutputType(typeof(SwarmCertificateAuthorityInfo))]
public sealed class GetSwarmCertificateAuthorityCommand : SwarmCmdlet
{
    /// <inheritdoc/>
    protected override string Subject => "CertificateAuthority";

    /// <inheritdoc/>
    protected override async Task AskAsync(SwarmClient swarm, CancellationToken stop) =>
        WriteObject(CertificateAuthorityLookup.Of(await swarm.GetSwarmAsync(stop)));
}
