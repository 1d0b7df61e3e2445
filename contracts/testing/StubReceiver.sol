// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IMessageHandler} from "../cctp/IMessageHandler.sol";
import {IMessageHandlerV2} from "../cctp/IMessageHandlerV2.sol";

/// Stands for any contract that takes messages: tells what it got, and answers as it was told.
contract StubReceiver is IMessageHandler, IMessageHandlerV2 {
    bool private _refuses;

    event V1(uint32 sourceDomain, bytes32 sender, bytes body);
    event Finalized(uint32 sourceDomain, bytes32 sender, uint32 finality, bytes body);
    event Unfinalized(uint32 sourceDomain, bytes32 sender, uint32 finality, bytes body);

    function setRefuses(bool refuses) external {
        _refuses = refuses;
    }

    function handleReceiveMessage(uint32 sourceDomain, bytes32 sender, bytes calldata messageBody)
        external
        returns (bool)
    {
        emit V1(sourceDomain, sender, messageBody);
        return !_refuses;
    }

    function handleReceiveFinalizedMessage(
        uint32 sourceDomain,
        bytes32 sender,
        uint32 finalityThresholdExecuted,
        bytes calldata messageBody
    ) external returns (bool) {
        emit Finalized(sourceDomain, sender, finalityThresholdExecuted, messageBody);
        return !_refuses;
    }

    function handleReceiveUnfinalizedMessage(
        uint32 sourceDomain,
        bytes32 sender,
        uint32 finalityThresholdExecuted,
        bytes calldata messageBody
    ) external returns (bool) {
        emit Unfinalized(sourceDomain, sender, finalityThresholdExecuted, messageBody);
        return !_refuses;
    }
}
