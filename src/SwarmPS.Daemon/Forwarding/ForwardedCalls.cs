using SwarmPS.Model;

namespace SwarmPS.Daemon.Forwarding;

/// <summary>Where the API takes up what other managers forward. The listener for nodes is there before the API is.</summary>
public sealed class ForwardedCalls
{
    private volatile Func<ForwardedRequest, CancellationToken, Task<ForwardedAnswer>>? answer;

    /// <summary>Answers from now on.</summary>
    public void AnswerBy(Func<ForwardedRequest, CancellationToken, Task<ForwardedAnswer>>? by) => answer = by;

    /// <summary>Has the API answer. Throws <see cref="SwarmException"/> (Unavailable) where it is not there yet.</summary>
    public Task<ForwardedAnswer> AnswerAsync(ForwardedRequest request, CancellationToken stop) =>
        answer?.Invoke(request, stop) ?? throw new SwarmException(SwarmErrorCode.Unavailable, "The leader is still starting. Try again in a moment.");
}
