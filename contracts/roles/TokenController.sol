// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// Which local token stands for which remote one, and how much of a token one message may burn.
abstract contract TokenController {
    /// Most that one message may burn of a token; zero means that the token is not supported.
    mapping(address => uint256) public burnLimitsPerMessage;

    /// keccak-256 of (remote domain, remote token), packed, to the local token.
    mapping(bytes32 => address) public remoteTokensToLocalTokens;

    address private _tokenController;

    event TokenPairLinked(address localToken, uint32 remoteDomain, bytes32 remoteToken);
    event TokenPairUnlinked(address localToken, uint32 remoteDomain, bytes32 remoteToken);
    event SetBurnLimitPerMessage(address indexed token, uint256 burnLimitPerMessage);
    event SetTokenController(address tokenController);

    modifier onlyTokenController() {
        require(msg.sender == _tokenController, "Caller is not tokenController");
        _;
    }

    modifier onlyWithinBurnLimit(address token, uint256 amount) {
        uint256 limit = burnLimitsPerMessage[token];
        require(limit > 0, "Burn token not supported");
        require(amount <= limit, "Burn amount exceeds per tx limit");
        _;
    }

    function tokenController() external view returns (address) {
        return _tokenController;
    }

    /// A remote token has one local token; a local token may have many remote ones.
    function linkTokenPair(address localToken, uint32 remoteDomain, bytes32 remoteToken)
        external
        onlyTokenController
    {
        bytes32 key = _remoteTokenKey(remoteDomain, remoteToken);
        require(remoteTokensToLocalTokens[key] == address(0), "Unable to link token pair");
        remoteTokensToLocalTokens[key] = localToken;
        emit TokenPairLinked(localToken, remoteDomain, remoteToken);
    }

    /// `localToken` is only reported: the link is found by its remote side.
    function unlinkTokenPair(address localToken, uint32 remoteDomain, bytes32 remoteToken)
        external
        onlyTokenController
    {
        bytes32 key = _remoteTokenKey(remoteDomain, remoteToken);
        require(remoteTokensToLocalTokens[key] != address(0), "Unable to unlink token pair");
        delete remoteTokensToLocalTokens[key];
        emit TokenPairUnlinked(localToken, remoteDomain, remoteToken);
    }

    /// Limits burns only: what was burned before can still be minted.
    function setMaxBurnAmountPerMessage(address localToken, uint256 burnLimitPerMessage)
        external
        onlyTokenController
    {
        burnLimitsPerMessage[localToken] = burnLimitPerMessage;
        emit SetBurnLimitPerMessage(localToken, burnLimitPerMessage);
    }

    function getLocalToken(uint32 remoteDomain, bytes32 remoteToken) public view returns (address) {
        return remoteTokensToLocalTokens[_remoteTokenKey(remoteDomain, remoteToken)];
    }

    function _setTokenController(address newTokenController) internal {
        require(newTokenController != address(0), "Invalid token controller address");
        _tokenController = newTokenController;
        emit SetTokenController(newTokenController);
    }

    function _remoteTokenKey(uint32 remoteDomain, bytes32 remoteToken) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(remoteDomain, remoteToken));
    }
}
