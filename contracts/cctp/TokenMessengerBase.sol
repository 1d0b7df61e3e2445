// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Rescuable} from "../roles/Rescuable.sol";
import {Ownable2Step} from "../roles/Ownable2Step.sol";
import {IMintBurnToken} from "./IMintBurnToken.sol";
import {ITokenMinterV2} from "./ITokenMinterV2.sol";

/// What the TokenMessengers of V1 and V2 have in common: their partners here and on other domains, and how tokens
/// go from a depositor into the fire.
abstract contract TokenMessengerBase is Ownable2Step, Rescuable {
    address public immutable localMessageTransmitter;

    /// Version of the burn body.
    uint32 public immutable messageBodyVersion;

    address public localMinter;

    /// The TokenMessenger of each remote domain; zero where burns are neither sent to nor taken from.
    mapping(uint32 => bytes32) public remoteTokenMessengers;

    event RemoteTokenMessengerAdded(uint32 domain, bytes32 tokenMessenger);
    event RemoteTokenMessengerRemoved(uint32 domain, bytes32 tokenMessenger);
    event LocalMinterAdded(address localMinter);
    event LocalMinterRemoved(address localMinter);

    modifier onlyLocalMessageTransmitter() {
        require(msg.sender == localMessageTransmitter, "Invalid message transmitter");
        _;
    }

    modifier onlyRemoteTokenMessenger(uint32 domain, bytes32 tokenMessenger) {
        require(
            tokenMessenger != bytes32(0) && remoteTokenMessengers[domain] == tokenMessenger,
            "Remote TokenMessenger unsupported"
        );
        _;
    }

    constructor(address _messageTransmitter, uint32 _messageBodyVersion) {
        require(_messageTransmitter != address(0), "MessageTransmitter not set");
        localMessageTransmitter = _messageTransmitter;
        messageBodyVersion = _messageBodyVersion;
    }

    function addRemoteTokenMessenger(uint32 domain, bytes32 tokenMessenger) external onlyOwner {
        _addRemoteTokenMessenger(domain, tokenMessenger);
    }

    function removeRemoteTokenMessenger(uint32 domain) external onlyOwner {
        bytes32 removed = remoteTokenMessengers[domain];
        require(removed != bytes32(0), "No TokenMessenger set");
        delete remoteTokenMessengers[domain];
        emit RemoteTokenMessengerRemoved(domain, removed);
    }

    function addLocalMinter(address newLocalMinter) external onlyOwner {
        _addLocalMinter(newLocalMinter);
    }

    function removeLocalMinter() external onlyOwner {
        address removed = localMinter;
        require(removed != address(0), "No local minter is set.");
        delete localMinter;
        emit LocalMinterRemoved(removed);
    }

    function _addRemoteTokenMessenger(uint32 domain, bytes32 tokenMessenger) internal {
        require(tokenMessenger != bytes32(0), "bytes32(0) not allowed");
        require(remoteTokenMessengers[domain] == bytes32(0), "TokenMessenger already set");
        remoteTokenMessengers[domain] = tokenMessenger;
        emit RemoteTokenMessengerAdded(domain, tokenMessenger);
    }

    function _addLocalMinter(address newLocalMinter) internal {
        require(newLocalMinter != address(0), "Zero address not allowed");
        require(localMinter == address(0), "Local minter is already set.");
        localMinter = newLocalMinter;
        emit LocalMinterAdded(newLocalMinter);
    }

    function _requireRemoteTokenMessenger(uint32 domain) internal view returns (bytes32 tokenMessenger) {
        tokenMessenger = remoteTokenMessengers[domain];
        require(tokenMessenger != bytes32(0), "No TokenMessenger for domain");
    }

    function _requireLocalMinter() internal view returns (ITokenMinterV2 minter) {
        minter = ITokenMinterV2(localMinter);
        require(address(minter) != address(0), "Local minter is not set");
    }

    /// Moves the caller's tokens to the minter, which burns them. The caller must have approved this contract.
    function _depositAndBurn(address token, uint256 amount) internal {
        ITokenMinterV2 minter = _requireLocalMinter();
        require(
            IMintBurnToken(token).transferFrom(msg.sender, address(minter), amount), "Transfer operation failed"
        );
        minter.burn(token, amount);
    }
}
