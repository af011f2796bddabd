using System.Net.Security;

namespace SwarmPS.Daemon.Consensus;

/// <summary>How managers prove to one another who they are. The callbacks run at each handshake, so that certificates can change while the node runs.</summary>
/// <param name="Server">For connections that come in.</param>
/// <param name="Client">For connections that go out.</param>
public sealed record RaftTls(SslServerAuthenticationOptions Server, SslClientAuthenticationOptions Client);
