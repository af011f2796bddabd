using Grpc.Core;
using SwarmPS.Daemon.Dispatch;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Rpc;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Security;

/// <summary>How a node comes by its certificate.</summary>
internal static class CertificateCalls
{
    private const string Service = "swarmps.NodeCA";

    /// <summary>The swarm's root, for anyone: a newcomer compares its digest with its token.</summary>
    public static readonly Method<RootRequest, RootAnswer> Root = RpcMethod.Unary<RootRequest, RootAnswer, CertificateEncoders>(Service, "GetRootCertificate");

    /// <summary>A newcomer's first certificate, for a join token.</summary>
    public static readonly Method<IssueRequest, IssueAnswer> Issue = RpcMethod.Unary<IssueRequest, IssueAnswer, CertificateEncoders>(Service, "IssueNodeCertificate");

    /// <summary>A node's next certificate, for its present one.</summary>
    public static readonly Method<RenewRequest, IssueAnswer> Renew = RpcMethod.Unary<RenewRequest, IssueAnswer, CertificateEncoders>(Service, "RenewNodeCertificate");
}

/// <summary>Asks for the root.</summary>
internal sealed record RootRequest;

/// <summary>The root.</summary>
/// <param name="RootPem">The certificates to trust, PEM.</param>
internal sealed record RootAnswer(string RootPem);

/// <summary>Asks to be let in.</summary>
/// <param name="Request">A PKCS#10 request, DER: it proves that the node has the key. Whom it names does not matter.</param>
/// <param name="Token">The join token.</param>
/// <param name="Availability">Whether tasks may be placed on the node.</param>
internal sealed record IssueRequest(byte[] Request, string Token, NodeAvailability? Availability = null)
{
    /// <summary>Never the token: this text may end up in a log.</summary>
    public override string ToString() => "IssueRequest { … }";
}

/// <summary>Asks for the next certificate.</summary>
/// <param name="Request">A PKCS#10 request, DER.</param>
internal sealed record RenewRequest(byte[] Request);

/// <summary>A certificate.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="SwarmId">The swarm.</param>
/// <param name="Role">The node's role.</param>
/// <param name="CertificatePem">The certificate, PEM.</param>
/// <param name="RootPem">The certificates to trust, PEM.</param>
/// <param name="Managers">All managers.</param>
internal sealed record IssueAnswer(string NodeId, string SwarmId, NodeRole Role, string CertificatePem, string RootPem, ValueList<ManagerAddress> Managers);

/// <summary>How the messages are written and read.</summary>
[Encodes<RootRequest>]
[Encodes<RootAnswer>]
[Encodes<IssueRequest>]
[Encodes<RenewRequest>]
[Encodes<IssueAnswer>]
internal sealed partial class CertificateEncoders;
